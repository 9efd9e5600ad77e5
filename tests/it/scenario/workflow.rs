//! Edits of a stage's approval workflow, as scenarios write them.

use pilothouse::model::*;

/// `tests load+security soak`: load and security side by side, then soak, then whatever the stage
/// had that is no test.
pub(super) fn tests(stage: &mut Stage, groups: &[&str]) {
    stage.approval.retain(|gate| !matches!(gate, Gate::Test(_)));
    let gates = groups.iter().flat_map(|group| {
        let parallel = group.contains('+');
        group.split('+').map(move |name| Test {
            name: name.to_owned(),
            run: Run::Argv(vec!["./test".to_owned()]),
            timeout: Span::minutes(30),
            parallel,
        })
    });
    stage.approval.splice(0..0, gates.map(Gate::Test));
}

//! Plans of overrides, holds and lifts: what would pass, what would still stand, and until when.

use crate::engine::draft::Draft;
use crate::engine::plan::describe::{Told, row, waits};
use crate::model::{BlockerId, Candidate, Clears, HoldScope, Lift, ReleaseId, StageName, blockers};

/// What an override does not solve (UX.md, S12).
pub(super) fn still_blocked(
    before: &Draft<'_>,
    after: &Draft<'_>,
    stage: &StageName,
    release: ReleaseId,
    named: &[BlockerId],
) -> Told {
    let mut told = Told::default();
    if let Some(definition) = before.definition()
        && let Some(stage) = definition.stage(stage)
    {
        told.rows.push(row(
            before,
            stage,
            release.to_string(),
            waits(after, &stage.name, release),
        ));
    }
    let candidate = Candidate { stage, release };
    let now = blockers(&before.pipeline, before.org, before.now, candidate);
    for blocker in now.iter().filter(|blocker| named.contains(&blocker.id)) {
        if let Clears::At(at) = blocker.clears {
            // An instant and not a countdown: a plan that only ages has not changed.
            let at = at.utc().format("%a %H:%MZ");
            told.warnings.push(format!(
                "{} clears by itself {at}: consider waiting",
                blocker.id
            ));
        }
    }
    told
}

/// How many attempts may pass, where it is not the one that is meant.
pub(super) fn times(uses: u32) -> String {
    if uses == 1 {
        String::new()
    } else {
        format!(", {uses} attempts")
    }
}

pub(super) fn hold(before: &Draft<'_>, scope: &HoldScope, lasts: Option<String>) -> Told {
    let place = match scope {
        HoldScope::Stage(stage) => format!("{stage} of {}", before.pipeline.name),
        HoldScope::Pipeline => format!("every stage of {}", before.pipeline.name),
        HoldScope::Service(service) => format!("service {service}"),
        HoldScope::Organization => "the organization".to_owned(),
    };
    let until = lasts.map_or("until it is lifted".to_owned(), |lasts| {
        format!("for {lasts}")
    });
    Told {
        title: format!("hold {place} {until}"),
        notes: vec!["no new target starts; what runs finishes; rollbacks go on".to_owned()],
        ..Told::default()
    }
}

pub(super) fn lift(before: &Draft<'_>, what: &Lift) -> Told {
    let guards = &before.pipeline.guards;
    match what {
        Lift::Hold(id) => {
            let by = guards
                .holds
                .get(id)
                .map(|hold| format!(" of {}: {}", hold.by, hold.reason));
            Told {
                title: format!("lift hold {id}{}", by.unwrap_or_default()),
                ..Told::default()
            }
        }
        Lift::Clock => Told {
            title: "believe the clock again".to_owned(),
            notes: guards
                .clock
                .iter()
                .map(|clock| format!("it went from {} to {} at once", clock.from, clock.to))
                .collect(),
            ..Told::default()
        },
        Lift::Override(id) => Told {
            title: format!("cancel override {id}"),
            ..Told::default()
        },
        Lift::Quarantine(release) => Told {
            title: format!("lift the quarantine that {release} left"),
            warnings: vec![format!(
                "releases with the changes of {release} may deploy again"
            )],
            confirm: Some(release.to_string()),
            ..Told::default()
        },
    }
}

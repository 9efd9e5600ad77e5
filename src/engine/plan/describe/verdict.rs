//! Plans of approvals and rejects: where the release goes on to and what it would wait for there.

use crate::engine::draft::Draft;
use crate::engine::plan::describe::{Told, row, waits};
use crate::model::Verdict;

pub(super) fn approve(before: &Draft<'_>, after: &Draft<'_>, verdict: &Verdict) -> Told {
    let Verdict { stage, release, .. } = verdict;
    let mut told = Told {
        title: format!("approve {release} in {stage}"),
        ..Told::default()
    };
    let Some(definition) = before.definition() else {
        return told;
    };
    let later = definition
        .stages
        .iter()
        .skip_while(|s| s.name != *stage)
        .skip(1);
    for stage in later {
        let row = row(
            before,
            stage,
            release.to_string(),
            waits(after, &stage.name, *release),
        );
        told.rows.push(row);
    }
    match told.rows.first() {
        Some(next) => {
            told.title = format!("approve {release} in {stage}: it goes on to {}", next.stage);
            told.notes
                .push("later stages follow by themselves as their blockers clear".to_owned());
        }
        None => told.notes.push(format!("{stage} is the last stage")),
    }
    let firing = definition
        .stages
        .iter()
        .flat_map(|stage| definition.alarms_of(stage))
        .filter_map(|alarm| {
            let alarm = &alarm.name;
            let state = before.pipeline.alarms.get(alarm)?;
            (state.level == crate::model::AlarmLevel::Firing)
                .then(|| format!("alarm {alarm} fires"))
        });
    told.warnings.extend(firing);
    told.warnings.dedup();
    told
}

pub(super) fn reject(verdict: &Verdict) -> Told {
    Told {
        title: format!("reject {} in {}", verdict.release, verdict.stage),
        notes: vec![
            "a reject is final for this release and stage; a newer release may pass".to_owned(),
            "its targets keep running it until the next release comes".to_owned(),
        ],
        ..Told::default()
    }
}

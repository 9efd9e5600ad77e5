//! One pipeline: the effective table of a file made into a [`Definition`].

use crate::{
    definition::{
        calendar::Shelf,
        fields::{At, Fields, Report},
        files::File,
        loosening::Topic,
        organization::Organization,
        readable::Limit,
        source, stage,
        stage::Surroundings,
        watching,
    },
    model::{AlarmScope, Definition, Digest, Phase, Stage},
};
use std::{cell::RefCell, path::Path};

/// None when something is wrong, which is then in the report.
pub(crate) fn definition(
    file: &File,
    (directory, shelf): (&Path, &Shelf<'_>),
    organization: Option<&Organization>,
    report: &Report,
) -> Option<Definition> {
    let fields = Fields::of_file(&file.table, file.place.clone(), report);
    // Asked for by `files`, and explained here.
    let _known: (Option<String>, Option<bool>) =
        (fields.optional("extends"), fields.optional("abstract"));
    let _topics: Vec<At<Topic>> = fields.list("protected");
    let name = fields.get("name");
    let kind = fields.get("kind");
    let service = fields.get("service");
    let owner = fields.get("owner");
    let runbook = fields.optional("runbook");
    let (watch, servers, lookout) = watching::watch(&fields);
    let blocked: Option<Limit> = fields.get("blocked_ticket_after");
    let source = source::source(&fields);
    let build = source::build(&fields);
    let alarms: Vec<_> = fields
        .tables("alarm")
        .iter()
        .map(|fields| watching::alarm(fields, &servers))
        .collect();
    let windows: Vec<_> = fields
        .tables("window")
        .iter()
        .map(|fields| watching::window(fields, shelf))
        .collect();
    let (alarms, windows) = (all(alarms), all(windows));
    // What a missing parent would have given cannot be missed.
    let whole = !report.partial.get();
    let around = Surroundings {
        alarms: alarms.as_deref().filter(|_| whole),
        windows: windows.as_deref().filter(|_| whole),
        watched: organization.is_some_and(|organization| organization.watches(service.as_ref()))
            || alarms
                .iter()
                .flatten()
                .any(|alarm| alarm.scope == AlarmScope::Pipeline),
        anomalies: lookout.is_some(),
        groups: organization.map(|organization| &organization.groups),
        targets: RefCell::default(),
    };
    let stages = stages(&fields, &around);
    fields.finish();
    let mut alarms = alarms?;
    if let Some(lookout) = &lookout {
        lookout.join(&mut alarms, stages.as_deref().unwrap_or_default(), report);
    }
    let (source, also) = source?;
    let mut definition = Definition {
        name: name?,
        kind: kind?,
        service: service?,
        owner: owner?,
        directory: directory.display().to_string(),
        file: file.place.file.to_string(),
        digest: Digest::of(b""),
        runbook,
        source,
        also,
        build: build?,
        stages: stages?,
        alarms,
        windows: windows?,
        watch_every: watch?.0,
        blocked_ticket_after: blocked?.0,
        watch_max_age: watch?.1,
    };
    if let Some(organization) = organization {
        organization.add_alarms(&mut definition, report);
    }
    definition.digest = digest(&definition);
    Some(definition)
}

fn stages(fields: &Fields<'_>, around: &Surroundings<'_>) -> Option<Vec<Stage>> {
    let tables = fields.tables("stage");
    if tables.is_empty() {
        let what = "the pipeline has no stage; add a [[stage]]";
        fields.report().absence(fields.place_of("stage"), what);
    }
    let mut stages = Vec::new();
    let mut production: Option<String> = None;
    for table in &tables {
        let stage = stage::stage(table, around);
        match (stage.as_ref().map(|stage| stage.phase), &production) {
            (Some(Phase::Production), _) => production = Some(table.subject().to_owned()),
            (Some(Phase::Test), Some(before)) => {
                let what = format!(
                    "{} is a test stage after {before}, which is production; put it before",
                    table.subject()
                );
                fields.report().problem(&table.place, what);
            }
            (Some(Phase::Test), None) | (None, _) => {}
        }
        stages.push(stage);
    }
    all(stages)
}

/// All of them, or none when one is missing.
fn all<T>(parts: Vec<Option<T>>) -> Option<Vec<T>> {
    parts.into_iter().collect()
}

/// Identifies the effective values. Where a value was written is not one of them; the directory
/// is, because steps run in it.
fn digest(definition: &Definition) -> Digest {
    let mut values = definition.clone();
    values.file.clear();
    for window in &mut values.windows {
        window.origin.clear();
    }
    Digest::of(&serde_json::to_vec(&values).unwrap_or_default())
}

//! What is watched and when deployments may start: the `[[alarm]]` and `[[window]]` lists and the
//! `[watch]` table.

use crate::{
    definition::{
        Problem,
        alarm_source::{Servers, alarm_source},
        anomalies::Lookout,
        calendar::{self, Shelf},
        fields::{At, Fields},
        node::Value,
        opening,
        readable::Fire,
        source::positive,
        suggest,
    },
    model::{Alarm, AlarmScope, Calendar, PAST_KEPT, Span, Window},
};

/// How often alarms are read, how old a reading may be, and whom they ask.
pub(crate) fn watch(file: &Fields<'_>) -> (Option<(Span, Span)>, Servers, Option<Lookout>) {
    let watch = file.table_or_empty("watch");
    let every = positive(&watch, "every");
    // Three rounds, and never so little that one slow source makes all of them too old.
    let rounds = Span(every.unwrap_or_default().0.saturating_mul(3));
    let usual = rounds.max(Span::seconds(30));
    let max_age: Option<Span> = watch.or("max_age", &Value::Text(usual.to_string()));
    if max_age < every {
        let what = "watch.max_age must be at least watch.every: every reading would be too old";
        watch.report().problem(watch.place_of("max_age"), what);
    }
    let servers = Servers::of(&watch);
    let lookout = Lookout::of(&watch);
    watch.finish();
    (every.zip(max_age), servers, lookout)
}

/// An alarm of a pipeline: of the stages that name it, or of all of them.
pub(crate) fn alarm(fields: &Fields<'_>, servers: &Servers) -> Option<Alarm> {
    let scope: Option<AlarmScope> = fields.get("scope");
    if matches!(scope, Some(AlarmScope::Service | AlarmScope::Organization)) {
        let what = format!(
            "{} is of more than this pipeline: put it into organization.toml",
            fields.subject()
        );
        fields.report().problem(fields.place_of("scope"), what);
    }
    scoped(fields, scope?, servers)
}

/// An alarm whose scope has been read.
pub(crate) fn scoped(fields: &Fields<'_>, scope: AlarmScope, servers: &Servers) -> Option<Alarm> {
    let name = fields.get("name");
    let severity = fields.get("severity");
    let runbook = fields.optional("runbook");
    let fire: Option<Fire> = fields.get("fire");
    let clear: Option<u32> = fields.get("clear");
    let source = alarm_source(fields, servers);
    fields.finish();
    let (fire, clear) = (fire?, clear?);
    if !(1..=100).contains(&clear) {
        let what = format!("{}.clear must be 1 to 100 readings", fields.subject());
        fields.report().problem(fields.place_of("clear"), what);
    }
    Some(Alarm {
        name: name?,
        scope,
        severity: severity?,
        source: source?,
        fire: (fire.0, fire.1),
        clear,
        runbook,
    })
}

pub(crate) fn window(fields: &Fields<'_>, shelf: &Shelf<'_>) -> Option<Window> {
    let name = fields.get("name");
    let (allow, deny) = (fields.has("allow"), fields.has("deny"));
    if !allow && !deny && !fields.has("calendars") {
        let what = format!(
            "{} needs `allow` or `deny`: a weekly window, or `calendars`",
            fields.subject()
        );
        fields.report().absence(&fields.place, what);
    }
    let rule = match (allow, deny) {
        (true, _) => "allow",
        (false, true) => "deny",
        (false, false) => "calendars",
    };
    let place = fields.place_of(rule);
    let origin = format!("{}:{}", place.file, place.line);
    let weekly = (fields.optional("allow"), fields.optional("deny"));
    let calendars = calendars(fields, shelf);
    let (stagger, quota) = (fields.get("stagger"), quota(fields));
    let window = Window {
        name: name?,
        allow: weekly.0,
        deny: weekly.1,
        calendars: calendars?,
        stagger: stagger?,
        quota,
        origin,
    };
    opening::alone(fields, &window);
    fields.finish();
    Some(window)
}

/// The calendars whose events close the window; none when one of them cannot be read for certain.
fn calendars(fields: &Fields<'_>, shelf: &Shelf<'_>) -> Option<Vec<Calendar>> {
    let files: Vec<At<String>> = fields.list("calendars");
    let read = files.into_iter().map(|At { place, value: file }| {
        let wrong = match shelf.calendar(&file) {
            Some(Ok(calendar)) => return Some(calendar),
            Some(Err(wrong)) => calendar::problems(&file, wrong),
            None => {
                let hint = suggest::hint(&file, shelf.names());
                let what = format!("there is no calendar {file} beside the definitions{hint}");
                vec![Problem::at(&place, what)]
            }
        };
        fields.report().problems.borrow_mut().extend(wrong);
        None
    });
    // Every one is looked at, so that all that is wrong is said at once.
    let read: Vec<Option<Calendar>> = read.collect();
    read.into_iter().collect()
}

/// How many attempts an opening lets start. So many are remembered and can be counted.
fn quota(fields: &Fields<'_>) -> Option<u32> {
    let most = u32::try_from(PAST_KEPT).unwrap_or(u32::MAX);
    let quota: Option<u32> = fields.optional("quota");
    if quota.is_some_and(|quota| !(1..=most).contains(&quota)) {
        let what = format!("{}.quota must be 1 to {most} attempts", fields.subject());
        fields.report().problem(fields.place_of("quota"), what);
    }
    quota
}

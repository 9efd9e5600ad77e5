//! What is watched and when deployments may start: the `[[alarm]]` and `[[window]]` lists and the
//! `[watch]` table.

use crate::{
    definition::{fields::Fields, opening, readable::Fire, source::positive},
    model::{Alarm, AlarmSource, Ppm, Scrape, Span, Window},
};

pub(crate) fn watch_every(file: &Fields<'_>) -> Option<Span> {
    let watch = file.table_or_empty("watch");
    let every = positive(&watch, "every");
    watch.finish();
    every
}

pub(crate) fn alarm(fields: &Fields<'_>) -> Option<Alarm> {
    let name = fields.get("name");
    let severity = fields.get("severity");
    let runbook = fields.optional("runbook");
    let fire: Option<Fire> = fields.get("fire");
    let clear: Option<u32> = fields.get("clear");
    let scrape = scrape(fields);
    fields.finish();
    let (fire, clear) = (fire?, clear?);
    if !(1..=100).contains(&clear) {
        let what = format!("{}.clear must be 1 to 100 readings", fields.subject());
        fields.report().problem(fields.place_of("clear"), what);
    }
    let source = AlarmSource::Scrape(Scrape {
        fire: (fire.0, fire.1),
        clear,
        ..scrape?
    });
    Some(Alarm {
        name: name?,
        severity: severity?,
        source,
        runbook,
    })
}

/// The source of an alarm, with how it fires still to be filled in.
fn scrape(alarm: &Fields<'_>) -> Option<Scrape> {
    let fields = alarm.table("scrape")?;
    let url: Option<String> = fields.get("url");
    let ratio = fields.table("ratio").map(|ratio| {
        let series = (ratio.get("of"), ratio.get("to"));
        ratio.finish();
        series
    });
    let window = positive(&fields, "window");
    let above: Option<Ppm> = fields.get("above");
    let minimum = fields.get("minimum");
    fields.finish();
    let url = url?;
    if !["http://", "https://"]
        .iter()
        .any(|scheme| url.starts_with(scheme))
    {
        let what = format!(
            "{}.url must start with http:// or https://, not {url:?}",
            fields.subject()
        );
        fields.report().problem(fields.place_of("url"), what);
    }
    let (of, to) = ratio?;
    Some(Scrape {
        url,
        numerator: of?,
        denominator: to?,
        window: window?,
        above: above?,
        fire: (1, 1),
        clear: 1,
        minimum: minimum?,
    })
}

pub(crate) fn window(fields: &Fields<'_>) -> Option<Window> {
    let name = fields.get("name");
    let (allow, deny) = (fields.has("allow"), fields.has("deny"));
    if !allow && !deny {
        let what = format!(
            "{} needs `allow` or `deny`: a weekly window",
            fields.subject()
        );
        fields.report().absence(&fields.place, what);
    }
    let rule = if allow { "allow" } else { "deny" };
    let place = fields.place_of(rule);
    let origin = format!("{}:{}", place.file, place.line);
    let window = Window {
        name: name?,
        allow: fields.optional("allow"),
        deny: fields.optional("deny"),
        origin,
    };
    opening::alone(fields, &window);
    fields.finish();
    Some(window)
}

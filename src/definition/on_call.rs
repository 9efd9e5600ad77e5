//! `[on_call.TEAM]` in `organization.toml`: who takes turns for a team's pipelines, and, under
//! `[[on_call.TEAM.cover]]`, who takes somebody else's. It does not know who that makes it when.

use crate::{
    definition::{
        fields::{At, Fields, Report},
        node::Value,
        readable::Readable,
        suggest,
    },
    model::{Actor, Cover, Definition, Rota, Span, TeamName, WallTime},
};
use std::collections::{BTreeMap, BTreeSet};

/// Shorter turns are nobody's to sleep in, and more than a clock can be asked about at once.
const SHORTEST: Span = Span::hours(1);

/// The rota of each team, with where it is written.
pub(crate) type Rotas = BTreeMap<TeamName, At<Rota>>;

pub(crate) fn rotas(file: &Fields<'_>) -> Rotas {
    let mut rotas = Rotas::new();
    for (entry, fields) in file.named_tables("on_call") {
        let team = TeamName::read(&Value::Text(entry.key.clone())).map_err(|why| {
            let what = format!("on_call.{} {why}", entry.key);
            file.report().problem(&entry.place, what);
        });
        let place = entry.place.clone();
        if let (Some(value), Ok(team)) = (rota(&fields), team) {
            rotas.insert(team, At { place, value });
        }
    }
    rotas
}

/// Warns of rotas of teams that own nothing: most likely one is misspelt, and nobody is on call.
pub(crate) fn judge<'a>(
    rotas: &Rotas,
    pipelines: impl Iterator<Item = &'a Definition>,
    report: &Report,
) {
    let owners: BTreeSet<&str> = pipelines.map(|it| it.owner.as_str()).collect();
    for (team, At { place, .. }) in rotas {
        if !owners.contains(team.as_str()) {
            let hint = suggest::hint(team.as_str(), owners.iter().copied());
            let what =
                format!("no pipeline has the owner {team}, for whom somebody is on call{hint}");
            report.warning(place, what);
        }
    }
}

fn rota(fields: &Fields<'_>) -> Option<Rota> {
    let people: Vec<At<Actor>> = fields.list("people");
    if people.is_empty() {
        let what = format!(
            "{} needs `people`: login names in the order of their turns",
            fields.subject()
        );
        fields.report().absence(fields.place_of("people"), what);
    }
    let since: Option<WallTime> = fields.get("since");
    let turn: Option<Span> = fields.get("turn");
    let time_zone = fields.get("time_zone");
    if turn.is_some_and(|turn| turn < SHORTEST) {
        let what = format!("{}.turn must be at least {SHORTEST}", fields.subject());
        fields.report().problem(fields.place_of("turn"), what);
    }
    let covers = fields.tables("cover");
    let covers = covers.iter().filter_map(cover).collect();
    fields.finish();
    let rota = Rota {
        people: people.into_iter().map(|at| at.value).collect(),
        since: since?,
        turn: turn?,
        time_zone: time_zone?,
        covers: in_order(covers, since?, fields.report()),
    };
    (!rota.people.is_empty()).then_some(rota)
}

fn cover(fields: &Fields<'_>) -> Option<At<Cover>> {
    let person = fields.get("person");
    let (from, until) = (fields.get("from"), fields.get("until"));
    fields.finish();
    let (from, until): (WallTime, WallTime) = (from?, until?);
    if until <= from {
        let what = format!("{}.until must be later than {from}", fields.subject());
        fields.report().problem(fields.place_of("until"), what);
    }
    let (place, person) = (fields.place.clone(), person?);
    let value = Cover {
        person,
        from,
        until,
    };
    Some(At { place, value })
}

/// Covers as they follow each other; two at a time are a problem, and one before anybody's turn.
fn in_order(mut covers: Vec<At<Cover>>, since: WallTime, report: &Report) -> Vec<Cover> {
    covers.sort_by_key(|cover| cover.value.from);
    for At { place, value } in &covers {
        if value.from < since {
            let what = format!(
                "{} covers from {}, before the first turn begins at {since}",
                value.person, value.from
            );
            report.problem(place, what);
        }
    }
    for pair in covers.windows(2) {
        let [first, second] = [&pair[0].value, &pair[1].value];
        if second.from < first.until {
            let what = format!(
                "{} covers from {}, while {} still covers until {}",
                second.person, second.from, first.person, first.until
            );
            report.problem(&pair[1].place, what);
        }
    }
    covers.into_iter().map(|cover| cover.value).collect()
}

//! Who is on call when: the edges of turns, clocks that change, covers, and who comes next.

use pilothouse::model::{Actor, Cover, OnCall, Rota, Span, Time, WallTime};

fn people(names: &[&str]) -> Vec<Actor> {
    let names = names.iter().map(|name| Actor::parse(name).unwrap());
    names.collect()
}

fn at(text: &str) -> Time {
    text.parse().unwrap()
}

fn wall(text: &str) -> WallTime {
    text.parse().unwrap()
}

/// A rota of turns of a length since a local time in a zone.
fn rota(names: &[&str], since: &str, turn: Span, zone: &str) -> Rota {
    Rota {
        people: people(names),
        since: wall(since),
        turn,
        time_zone: zone.parse().unwrap(),
        covers: Vec::new(),
    }
}

fn cover(person: &str, from: &str, until: &str) -> Cover {
    let person = Actor::parse(person).unwrap();
    let (from, until) = (wall(from), wall(until));
    Cover {
        person,
        from,
        until,
    }
}

/// `ana, then li from 2026-11-30T00:00:00Z`.
fn told(rota: &Rota, now: &str) -> String {
    let OnCall { who, next } = rota.on_call(at(now));
    let who = who.map_or("nobody", Actor::as_str);
    match next {
        Some(next) => format!("{who}, then {} from {}", next.who, next.from),
        None => format!("{who} for ever"),
    }
}

fn check(rota: &Rota, table: &[(&str, &str)]) {
    for (now, expected) in table {
        assert_eq!(told(rota, now), *expected, "at {now}");
        // Whoever is said to come next is on call from exactly then on.
        if let Some(next) = rota.on_call(at(now)).next {
            assert_eq!(rota.who(next.from), Some(next.who), "after {now}");
            assert_ne!(rota.who(Time(next.from.0 - 1)), Some(next.who), "{now}");
        }
    }
}

const WEEK: Span = Span::hours(7 * 24);

#[test]
fn turns_change_at_the_local_hour() {
    let tokyo = rota(&["ana", "li", "bo"], "2026-11-23 09:00", WEEK, "Asia/Tokyo");
    check(
        &tokyo,
        &[
            (
                "2020-01-01T00:00:00Z",
                "nobody, then ana from 2026-11-23T00:00:00Z",
            ),
            (
                "2026-11-22T23:59:59.999Z",
                "nobody, then ana from 2026-11-23T00:00:00Z",
            ),
            (
                "2026-11-23T00:00:00Z",
                "ana, then li from 2026-11-30T00:00:00Z",
            ),
            (
                "2026-11-29T23:59:59.999Z",
                "ana, then li from 2026-11-30T00:00:00Z",
            ),
            (
                "2026-11-30T00:00:00Z",
                "li, then bo from 2026-12-07T00:00:00Z",
            ),
            (
                "2026-12-14T00:00:00Z",
                "ana, then li from 2026-12-21T00:00:00Z",
            ),
            (
                "2036-11-24T00:00:00Z",
                "ana, then li from 2036-12-01T00:00:00Z",
            ),
        ],
    );
}

#[test]
fn clocks_that_change_move_no_turn_off_its_hour() {
    let berlin = rota(&["ana", "li"], "2026-10-19 09:00", WEEK, "Europe/Berlin");
    check(
        &berlin,
        &[
            // Summer time ends on the 25th: the turn is an hour longer and ends at nine all the same.
            (
                "2026-10-26T07:30:00Z",
                "ana, then li from 2026-10-26T08:00:00Z",
            ),
            // It begins again on the 28th of March.
            (
                "2027-03-29T06:59:59.999Z",
                "ana, then li from 2027-03-29T07:00:00Z",
            ),
        ],
    );
}

#[test]
fn a_turn_begins_once_whatever_the_clocks_do() {
    // A turn that begins in the hour that comes twice begins the first time, and once.
    let nights = rota(
        &["ana", "li"],
        "2026-10-24 02:30",
        Span::hours(24),
        "Europe/Berlin",
    );
    check(
        &nights,
        &[
            (
                "2026-10-25T00:29:59Z",
                "ana, then li from 2026-10-25T00:30:00Z",
            ),
            (
                "2026-10-25T00:30:00Z",
                "li, then ana from 2026-10-26T01:30:00Z",
            ),
            // The wall reads 02:10 for the second time.
            (
                "2026-10-25T01:10:00Z",
                "li, then ana from 2026-10-26T01:30:00Z",
            ),
        ],
    );
    // One that begins in the hour that is skipped begins when it is skipped.
    let spring = rota(
        &["ana", "li"],
        "2027-03-27 02:30",
        Span::hours(24),
        "Europe/Berlin",
    );
    check(
        &spring,
        &[
            (
                "2027-03-28T00:59:59Z",
                "ana, then li from 2027-03-28T01:00:00Z",
            ),
            (
                "2027-03-28T01:00:00Z",
                "li, then ana from 2027-03-29T00:30:00Z",
            ),
        ],
    );
    // A day that a zone leaves out is nobody's.
    let apia = rota(
        &["ana", "li", "bo"],
        "2011-12-28 09:00",
        Span::hours(24),
        "Pacific/Apia",
    );
    check(
        &apia,
        &[
            (
                "2011-12-29T20:00:00Z",
                "li, then bo from 2011-12-30T10:00:00Z",
            ),
            (
                "2011-12-30T11:00:00Z",
                "bo, then ana from 2011-12-30T19:00:00Z",
            ),
        ],
    );
}

#[test]
fn a_cover_takes_somebodys_turn_for_a_while() {
    let mut rota = rota(&["ana", "li"], "2026-11-23 09:00", WEEK, "UTC");
    rota.covers = vec![
        cover("bo", "2026-11-25 18:00", "2026-11-26 08:00"),
        // Over an edge between two turns, and with another right behind it.
        cover("chen", "2026-11-29 09:00", "2026-12-01 09:00"),
        cover("bo", "2026-12-01 09:00", "2026-12-02 09:00"),
        // For somebody's own turn: nothing changes.
        cover("li", "2026-12-03 09:00", "2026-12-04 09:00"),
    ];
    check(
        &rota,
        &[
            (
                "2026-11-25T17:59:59Z",
                "ana, then bo from 2026-11-25T18:00:00Z",
            ),
            (
                "2026-11-25T18:00:00Z",
                "bo, then ana from 2026-11-26T08:00:00Z",
            ),
            (
                "2026-11-26T08:00:00Z",
                "ana, then chen from 2026-11-29T09:00:00Z",
            ),
            (
                "2026-11-30T12:00:00Z",
                "chen, then bo from 2026-12-01T09:00:00Z",
            ),
            (
                "2026-12-01T10:00:00Z",
                "bo, then li from 2026-12-02T09:00:00Z",
            ),
            (
                "2026-12-02T10:00:00Z",
                "li, then ana from 2026-12-07T09:00:00Z",
            ),
        ],
    );
}

#[test]
fn one_person_is_on_call_for_ever_but_for_covers() {
    let mut alone = rota(&["ana"], "2026-11-23 09:00", Span::hours(12), "UTC");
    check(
        &alone,
        &[
            (
                "2026-11-23T08:00:00Z",
                "nobody, then ana from 2026-11-23T09:00:00Z",
            ),
            ("2026-11-23T09:00:00Z", "ana for ever"),
        ],
    );
    alone.covers = vec![cover("li", "2026-12-24 00:00", "2026-12-27 00:00")];
    check(
        &alone,
        &[
            (
                "2026-11-24T09:00:00Z",
                "ana, then li from 2026-12-24T00:00:00Z",
            ),
            (
                "2026-12-24T00:00:00Z",
                "li, then ana from 2026-12-27T00:00:00Z",
            ),
            ("2026-12-27T00:00:00Z", "ana for ever"),
        ],
    );
}

#[test]
fn somebody_may_take_more_turns_than_others() {
    let rota = rota(
        &["ana", "ana", "li"],
        "2026-11-23 09:00",
        Span::hours(24),
        "UTC",
    );
    check(
        &rota,
        &[
            (
                "2026-11-23T09:00:00Z",
                "ana, then li from 2026-11-25T09:00:00Z",
            ),
            (
                "2026-11-25T09:00:00Z",
                "li, then ana from 2026-11-26T09:00:00Z",
            ),
        ],
    );
}

#[test]
fn a_local_time_is_read_as_it_is_written_and_no_other_way() {
    assert_eq!(wall("2026-11-23 09:00").to_string(), "2026-11-23 09:00");
    for wrong in [
        "2026-11-23",
        "2026-11-23T09:00",
        "2026-11-23 9:00",
        "2026-11-23 09:00:00",
        "2026-02-30 09:00",
        "2026-11-23 24:00",
        "+12026-11-23 09:00",
        "",
    ] {
        let error = wrong.parse::<WallTime>().unwrap_err();
        assert!(error.contains("such as 2026-11-23 09:00"), "{error}");
    }
}

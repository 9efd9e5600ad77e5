//! Who is told, of what and when: the pure part, as tables.

use super::{command, notice, pager, route};
use pilothouse::model::*;
use std::fmt::Write as _;

type Edit = fn(&mut Route);

#[test]
fn a_route_takes_what_it_names() {
    let base = notice("1 t3 trigger medium", "2026-03-06T12:00:00Z");
    let table: [(&str, Edit, bool); 13] = [
        ("everything", |_| {}, true),
        (
            "its owner",
            |r| r.owners = ["payments".parse().unwrap()].into(),
            true,
        ),
        (
            "another owner",
            |r| r.owners = ["search".parse().unwrap()].into(),
            false,
        ),
        (
            "its name",
            |r| r.pipelines = vec!["checkout".parse().unwrap()],
            true,
        ),
        (
            "a pattern",
            |r| r.pipelines = vec!["c*k*t".parse().unwrap()],
            true,
        ),
        (
            "a prefix",
            |r| r.pipelines = vec!["check*".parse().unwrap()],
            true,
        ),
        (
            "part of its name",
            |r| r.pipelines = vec!["check".parse().unwrap()],
            false,
        ),
        (
            "too much of it",
            |r| r.pipelines = vec!["checkout*t".parse().unwrap()],
            false,
        ),
        (
            "one of two",
            |r| r.pipelines = vec!["x".parse().unwrap(), "*out".parse().unwrap()],
            true,
        ),
        (
            "its severity",
            |r| r.severities = [Severity::Medium].into(),
            true,
        ),
        (
            "a higher one",
            |r| r.severities = [Severity::High].into(),
            false,
        ),
        (
            "another kind",
            |r| r.kinds = [NoticeKind::Approval].into(),
            false,
        ),
        ("a pager", |r| r.to = pager(), true),
    ];
    for (what, edit, wanted) in table {
        let mut route = route(command());
        edit(&mut route);
        assert_eq!(route.wants(&base), wanted, "{what}");
    }
}

/// Plays lines and gives what they print. A line is a moment and either a notice that comes, or
/// what the teller does: `send`, which tries, and `gone`, `refused` for what came of it.
fn play(route: &Route, script: &str) -> String {
    let mut outbox = Outbox::new("j", 0);
    let mut printed = String::new();
    for line in script
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        let (at, what) = line.split_once(' ').unwrap();
        let now: Time = at.parse().unwrap();
        let said = match what {
            "send" => match outbox.next(route, now) {
                Next::Send(notice) => format!("{} {}", notice.severity.word(), notice.title),
                Next::Wait(None) => "nothing".to_owned(),
                Next::Wait(Some(until)) => format!("not before {until}"),
            },
            "lines" => outbox.trying.as_ref().unwrap().details.join(" | "),
            "arrived" => {
                outbox.delivered(now);
                continue;
            }
            "refused" => {
                outbox.give_up(now, "no such channel");
                continue;
            }
            "restart" => {
                let kept = serde_json::to_string(&outbox).unwrap();
                outbox = serde_json::from_str(&kept).unwrap();
                continue;
            }
            "lost" => match &outbox.last_given_up {
                Some((_, why)) => format!("{} given up: {why}", outbox.given_up),
                None => "nothing lost".to_owned(),
            },
            coming => {
                outbox.take(route, &notice(coming, at));
                continue;
            }
        };
        writeln!(printed, "{at} {said}").unwrap();
    }
    printed
}

fn check(route: &Route, script: &str, expected: &str) {
    let printed = play(route, script);
    let expected: Vec<&str> = expected.lines().map(str::trim).collect();
    let expected: Vec<&str> = expected
        .into_iter()
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(printed.lines().collect::<Vec<_>>(), expected);
}

fn night(to: Channel) -> Route {
    Route {
        quiet: Some(Quiet {
            hours: "daily 22:00-07:00".parse().unwrap(),
            time_zone: "Europe/Berlin".parse().unwrap(),
            below: Severity::High,
        }),
        ..route(to)
    }
}

/// A rollback that worked at three in the morning is for the morning, in one message; what is high
/// is for now. On that night the clocks go forward, so that seven o'clock is five by UTC.
#[test]
fn what_is_not_urgent_waits_for_the_morning() {
    check(
        &night(command()),
        "2026-03-29T00:10:00Z 1 t1 trigger medium
         2026-03-29T00:10:01Z send
         2026-03-29T00:20:00Z 2 t1 resolve low
         2026-03-29T00:30:00Z 3 t2 trigger high
         2026-03-29T00:30:00Z send
         2026-03-29T00:30:01Z arrived
         2026-03-29T00:40:00Z 4 t3 trigger low
         2026-03-29T00:40:00Z restart
         2026-03-29T04:59:59Z send
         2026-03-29T05:00:00Z send
         2026-03-29T05:00:00Z lines
         2026-03-29T05:00:01Z arrived
         2026-03-29T05:00:01Z send",
        "2026-03-29T00:10:01Z not before 2026-03-29T05:00:00Z
         2026-03-29T00:30:00Z high t2 trigger
         2026-03-29T04:59:59Z not before 2026-03-29T05:00:00Z
         2026-03-29T05:00:00Z medium 3 notices waited; 1 of what they are about is open
         2026-03-29T05:00:00Z 2026-03-29 00:10Z to 2026-03-29 00:20Z t1 resolve | 2026-03-29 00:40Z t3 trigger
         2026-03-29T05:00:01Z nothing",
    );
    // In autumn the same hours are by one longer.
    check(
        &night(command()),
        "2026-10-24T22:10:00Z 1 t1 trigger medium
         2026-10-24T22:10:00Z send
         2026-10-25T06:00:00Z send",
        "2026-10-24T22:10:00Z not before 2026-10-25T06:00:00Z
         2026-10-25T06:00:00Z medium t1 trigger",
    );
}

/// A pager is not told together, and what is over by the morning pages nobody: only its end is
/// told, which ends nothing that is open.
#[test]
fn a_pager_is_spared_what_is_over() {
    check(
        &night(pager()),
        "2026-03-09T02:00:00Z 1 t1 trigger medium
         2026-03-09T02:01:00Z 2 t2 trigger medium
         2026-03-09T02:02:00Z 3 t2 acknowledge medium
         2026-03-09T02:03:00Z send
         2026-03-09T02:10:00Z 4 t1 resolve medium
         2026-03-09T02:10:00Z send
         2026-03-09T02:10:01Z arrived
         2026-03-09T02:10:02Z send
         2026-03-09T06:00:00Z send
         2026-03-09T06:00:00Z arrived
         2026-03-09T06:00:00Z send
         2026-03-09T06:00:00Z 5 t2 tell medium
         2026-03-09T06:00:00Z arrived
         2026-03-09T06:00:00Z send",
        "2026-03-09T02:03:00Z not before 2026-03-09T06:00:00Z
         2026-03-09T02:10:00Z medium t1 resolve
         2026-03-09T02:10:02Z not before 2026-03-09T06:00:00Z
         2026-03-09T06:00:00Z medium t2 trigger
         2026-03-09T06:00:00Z medium t2 acknowledge
         2026-03-09T06:00:00Z nothing",
    );
}

/// Beyond its rate a route waits and tells the rest together; what is more urgent has a budget of
/// its own.
#[test]
fn a_flood_becomes_one_message_and_keeps_nothing_urgent_back() {
    let route = Route {
        rate: "2 in 10m".parse().unwrap(),
        ..route(command())
    };
    check(
        &route,
        "2026-03-09T12:00:00Z 1 t1 trigger low
         2026-03-09T12:00:00Z 2 t2 trigger low
         2026-03-09T12:00:00Z 3 t3 trigger low
         2026-03-09T12:00:00Z 4 t4 trigger low
         2026-03-09T12:00:01Z send
         2026-03-09T12:00:01Z arrived
         2026-03-09T12:00:02Z send
         2026-03-09T12:00:02Z arrived
         2026-03-09T12:00:03Z send
         2026-03-09T12:00:04Z 5 t5 trigger high
         2026-03-09T12:00:04Z send
         2026-03-09T12:00:04Z arrived
         2026-03-09T12:10:00Z send
         2026-03-09T12:10:01Z send
         2026-03-09T12:10:01Z arrived
         2026-03-09T12:10:01Z send",
        "2026-03-09T12:00:01Z low t1 trigger
         2026-03-09T12:00:02Z low t2 trigger
         2026-03-09T12:00:03Z not before 2026-03-09T12:10:01Z
         2026-03-09T12:00:04Z high t5 trigger
         2026-03-09T12:10:00Z not before 2026-03-09T12:10:01Z
         2026-03-09T12:10:01Z low 2 notices waited; 2 of what they are about is open
         2026-03-09T12:10:01Z nothing",
    );
}

#[test]
fn the_end_is_told_where_the_beginning_was_and_nothing_twice() {
    let route = Route {
        severities: [Severity::High].into(),
        ..route(command())
    };
    check(
        &route,
        "2026-03-09T12:00:00Z 1 t1 trigger high
         2026-03-09T12:00:00Z 1 t1 trigger high
         2026-03-09T12:00:00Z 2 t2 trigger low
         2026-03-09T12:00:00Z send
         2026-03-09T12:00:00Z send
         2026-03-09T12:00:00Z arrived
         2026-03-09T12:00:00Z restart
         2026-03-09T12:00:00Z 3 t2 resolve low
         2026-03-09T12:00:00Z 4 t1 resolve low
         2026-03-09T12:00:00Z send
         2026-03-09T12:00:00Z arrived
         2026-03-09T12:00:00Z 5 t1 resolve low
         2026-03-09T12:00:00Z send",
        "2026-03-09T12:00:00Z high t1 trigger
         2026-03-09T12:00:00Z high t1 trigger
         2026-03-09T12:00:00Z high t1 resolve
         2026-03-09T12:00:00Z nothing",
    );
}

#[test]
fn what_cannot_be_delivered_is_given_up_for_all_to_see() {
    check(
        &route(command()),
        "2026-03-09T12:00:00Z 1 t1 trigger high
         2026-03-09T12:00:00Z send
         2026-03-09T12:00:00Z lost
         2026-03-09T12:00:00Z refused
         2026-03-09T12:00:00Z lost
         2026-03-09T12:00:00Z 2 t2 trigger high
         2026-03-10T12:00:00Z send
         2026-03-10T12:00:01Z send
         2026-03-10T12:00:01Z lost",
        "2026-03-09T12:00:00Z high t1 trigger
         2026-03-09T12:00:00Z nothing lost
         2026-03-09T12:00:00Z 1 given up: no such channel: t1 trigger
         2026-03-10T12:00:00Z high t2 trigger
         2026-03-10T12:00:01Z nothing
         2026-03-10T12:00:01Z 2 given up: not delivered within 1d: t2 trigger",
    );
    let mut outbox = Outbox::new("j", 0);
    let route = route(command());
    for n in 1..=WAITING_MOST + 3 {
        let text = format!("{n} t{n} trigger low");
        outbox.take(&route, &notice(&text, "2026-03-09T12:00:00Z"));
    }
    assert_eq!((outbox.waiting.len(), outbox.lost), (WAITING_MOST, 3));
    let Next::Send(digest) = outbox.next(&route, "2026-03-09T13:00:00Z".parse().unwrap()) else {
        panic!("{outbox:?}");
    };
    assert!(digest.title.starts_with("503 notices waited"), "{digest:?}");
    assert!(digest.details.len() <= 31, "{digest:?}");
}

#[test]
fn templates_fill_words_and_nothing_that_a_word_says() {
    let mut notice = notice("1 t3 trigger high", "2026-03-06T12:00:00Z");
    notice.title = "{owner} <!channel>\r\nBcc: a\u{1b}[2J\u{202e}\u{0}x".to_owned();
    for (text, filled) in [
        (
            "{severity}: {title}",
            "high: {owner} <!channel>  Bcc: a [2J x",
        ),
        ("{{braces}} {pipeline}/{ticket}", "{braces}} checkout/t3"),
        (
            "{place}\n{by}\nat {at}",
            "checkout/wave-1/r42\nat 2026-03-06T12:00:00Z",
        ),
        ("{details}", "opened at noon"),
        ("plain", "plain"),
    ] {
        let template: Template = text.parse().unwrap();
        assert_eq!(template.fill(&notice), filled, "{text}");
    }
    for (text, wrong) in [
        ("{tilte}", "{tilte} is not among the words"),
        ("{title", "never closed"),
        ("{title}{", "never closed"),
    ] {
        let said = text.parse::<Template>().unwrap_err().to_string();
        assert!(said.contains(wrong), "{text}: {said}");
    }
    notice.title = "x".repeat(1 << 20);
    let template: Template = "{title}".parse().unwrap();
    assert_eq!(template.fill(&notice).chars().count(), 2_000);
}

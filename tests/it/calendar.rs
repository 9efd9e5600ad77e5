//! Calendars as people export them: what they close, in which zone, and that nothing of which one
//! cannot be certain is left out.

mod expanded;

use chrono_tz::Tz;
use pilothouse::{
    clock::Stopwatch,
    definition,
    model::{Calendar, Span, Time, Window, WindowName},
};
use std::{fmt::Write as _, fs};

const GOOGLE: &str = include_str!("calendars/google.ics");
const OUTLOOK: &str = include_str!("calendars/outlook.ics");

fn at(text: &str) -> Time {
    text.parse().unwrap()
}

fn read(text: &str) -> Result<Calendar, String> {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("holidays.ics");
    fs::write(&file, text).unwrap();
    let read = definition::calendar(&file, at("2026-03-06T12:00:00Z"));
    let folder = format!("{}/", directory.path().display());
    read.map_err(|problems| problems.to_string().replace(&folder, ""))
}

fn window(text: &str) -> Window {
    let mut calendar = read(text).unwrap();
    "holidays.ics".clone_into(&mut calendar.file);
    Window {
        name: WindowName::parse("freezes").unwrap(),
        allow: None,
        deny: None,
        calendars: vec![calendar],
        stagger: Span::ZERO,
        quota: None,
        origin: String::new(),
    }
}

/// A calendar of one event.
fn event(lines: &str) -> String {
    let lines = lines.replace("; ", "\r\n");
    format!(
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Freeze\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

/// The event, the target's zone, an instant, whether it is closed, and when that changes.
type Case = (&'static str, &'static str, &'static str, bool, &'static str);

const CLOSED: &[Case] = &[
    // A day is the day of the target.
    (
        "DTSTART;VALUE=DATE:20261225",
        "Europe/Berlin",
        "2026-12-24T22:59:59Z",
        false,
        "2026-12-24T23:00:00Z",
    ),
    (
        "DTSTART;VALUE=DATE:20261225",
        "Europe/Berlin",
        "2026-12-24T23:00:00Z",
        true,
        "2026-12-25T23:00:00Z",
    ),
    (
        "DTSTART;VALUE=DATE:20261225",
        "Asia/Tokyo",
        "2026-12-24T23:00:00Z",
        true,
        "2026-12-25T15:00:00Z",
    ),
    (
        "DTSTART;VALUE=DATE:20261224; DTEND;VALUE=DATE:20270102",
        "UTC",
        "2026-12-31T00:00:00Z",
        true,
        "2027-01-02T00:00:00Z",
    ),
    (
        "DTSTART;VALUE=DATE:20261224; DURATION:P1W",
        "UTC",
        "2026-12-25T00:00:00Z",
        true,
        "2026-12-31T00:00:00Z",
    ),
    // A floating time is what any clock shows, a time of a zone is one instant everywhere.
    (
        "DTSTART:20260401T180000; DTEND:20260401T200000",
        "America/New_York",
        "2026-04-01T22:00:00Z",
        true,
        "2026-04-02T00:00:00Z",
    ),
    (
        "DTSTART;TZID=Europe/Berlin:20260401T180000; DURATION:PT2H",
        "America/New_York",
        "2026-04-01T16:00:00Z",
        true,
        "2026-04-01T18:00:00Z",
    ),
    (
        "DTSTART:20260401T180000Z; DTEND;TZID=Europe/Berlin:20260401T210000",
        "UTC",
        "2026-04-01T18:30:00Z",
        true,
        "2026-04-01T19:00:00Z",
    ),
    // Rules, exceptions, extra dates.
    (
        "DTSTART;VALUE=DATE:20200101; RRULE:FREQ=YEARLY",
        "UTC",
        "2026-06-01T00:00:00Z",
        false,
        "2027-01-01T00:00:00Z",
    ),
    (
        "DTSTART;VALUE=DATE:20200101; RRULE:FREQ=YEARLY; EXDATE;VALUE=DATE:20270101",
        "UTC",
        "2026-06-01T00:00:00Z",
        false,
        "2028-01-01T00:00:00Z",
    ),
    (
        "DTSTART;VALUE=DATE:20260601; RDATE;VALUE=DATE:20260701,20260801",
        "UTC",
        "2026-06-05T00:00:00Z",
        false,
        "2026-07-01T00:00:00Z",
    ),
    (
        "DTSTART;VALUE=DATE:20260327; RRULE:FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20260501",
        "UTC",
        "2026-03-28T00:00:00Z",
        false,
        "2026-04-24T00:00:00Z",
    ),
    (
        "DTSTART;VALUE=DATE:20260327; RRULE:FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20260423",
        "UTC",
        "2026-03-28T00:00:00Z",
        false,
        "2029-01-01T00:00:00Z",
    ),
    (
        "DTSTART;TZID=Europe/Berlin:20260301T200000; DURATION:PT1H; RRULE:FREQ=DAILY;UNTIL=20260402T180000Z",
        "UTC",
        "2026-04-02T17:00:00Z",
        false,
        "2026-04-02T18:00:00Z",
    ),
    // The clock of Berlin skips 02:30 on 29 March: the freeze begins when it skips.
    (
        "DTSTART;TZID=Europe/Berlin:20260301T023000; DURATION:PT1H; RRULE:FREQ=DAILY",
        "UTC",
        "2026-03-28T12:00:00Z",
        false,
        "2026-03-29T01:00:00Z",
    ),
    // On 25 October it shows 02:30 twice: the first counts.
    (
        "DTSTART;TZID=Europe/Berlin:20261025T023000; DURATION:PT1H",
        "UTC",
        "2026-10-25T00:00:00Z",
        false,
        "2026-10-25T00:30:00Z",
    ),
    // In Havana midnight comes twice on 1 November: the day has 25 hours.
    (
        "DTSTART;VALUE=DATE:20261101; RRULE:FREQ=DAILY;COUNT=2; STATUS:CONFIRMED",
        "America/Havana",
        "2026-11-01T04:00:00Z",
        true,
        "2026-11-03T05:00:00Z",
    ),
    (
        "DTSTART;VALUE=DATE:20261225; STATUS:CANCELLED",
        "UTC",
        "2026-12-25T12:00:00Z",
        false,
        "2029-01-01T00:00:00Z",
    ),
];

#[test]
fn events_close_when_they_are_and_at_no_other_time() {
    let mut wrong = String::new();
    for &(lines, zone, moment, closed, changes) in CLOSED {
        let window = window(&event(lines));
        let (zone, moment): (Tz, _) = (zone.parse().unwrap(), at(moment));
        let found = (
            window.closed(moment, zone).is_some(),
            window.next_change(moment, zone),
        );
        let meant = (closed, Some(at(changes)));
        if found != meant {
            writeln!(wrong, "{lines} {zone} {moment}: {found:?}, not {meant:?}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_calendar_of_google_is_read_with_its_names_and_lines() {
    let window = window(GOOGLE);
    let closed = window
        .closed(at("2026-12-25T09:00:00Z"), Tz::Europe__Berlin)
        .unwrap();
    assert_eq!(
        closed.why,
        "is closed: Erster Weihnachtstag, frei (holidays.ics:8)"
    );
    assert_eq!(closed.since, at("2026-12-24T23:00:00Z"));
    // The first Friday of April 2026 is left out, that of 2027 is not.
    let open = window.closed(at("2026-04-03T09:00:00Z"), Tz::UTC);
    assert_eq!(open, None);
    assert!(window.closed(at("2027-04-02T09:00:00Z"), Tz::UTC).is_some());
}

#[test]
fn a_moved_occurrence_is_where_it_was_moved_to() {
    let series = "BEGIN:VEVENT\nUID:x\nSUMMARY:Release day\nDTSTART;VALUE=DATE:20260105\nRRULE:FREQ=WEEKLY\nEND:VEVENT\n";
    let moved = "BEGIN:VEVENT\nUID:x\nSUMMARY:Moved\nRECURRENCE-ID;VALUE=DATE:20260309\nDTSTART;VALUE=DATE:20260310\nEND:VEVENT\n";
    let window = window(&format!("BEGIN:VCALENDAR\n{series}{moved}END:VCALENDAR\n"));
    let closed = |day: &str| {
        window
            .closed(at(&format!("2026-03-{day}T12:00:00Z")), Tz::UTC)
            .is_some()
    };
    assert_eq!(
        ["02", "09", "10", "16"].map(closed),
        [true, false, true, true]
    );
}

#[test]
fn what_the_calendar_does_not_reach_is_closed() {
    let window = window(&event("DTSTART;VALUE=DATE:20200101; RRULE:FREQ=YEARLY"));
    let closed = window.closed(at("2029-05-01T00:00:00Z"), Tz::UTC).unwrap();
    assert_eq!(
        closed.why,
        "is closed: holidays.ics is read up to 2029-01-01 only: have the server read it again"
    );
    assert_eq!(closed.until, None);
}

/// What is in the event, and what is said of it.
const DOUBTFUL: &[(&str, &str)] = &[
    (
        "DTSTART:20260401T180000Z",
        "2:1: the event has a start and no end",
    ),
    ("DTEND:20260401T180000Z", "2:1: the event has no DTSTART"),
    (
        "DTSTART:tomorrow; DURATION:P1D",
        "2:1: DTSTART \"tomorrow\" is not a date",
    ),
    ("DTSTART;VALUE=DATE:02026101", "is not a date"),
    (
        "DTSTART;VALUE=DATE:20260101; DTEND;VALUE=DATE:20260101",
        "ends before it has begun",
    ),
    (
        "DTSTART;VALUE=DATE:20260101; DTEND;VALUE=DATE:20260102; DURATION:P1D",
        "has DTEND and DURATION",
    ),
    (
        "DTSTART;VALUE=DATE:20260101; DURATION:P1M",
        "is not a length of time",
    ),
    (
        "DTSTART;VALUE=DATE:20260101; RRULE:FREQ=SECONDLY",
        "it recurs SECONDLY; only YEARLY",
    ),
    (
        "DTSTART;VALUE=DATE:20260101; RRULE:FREQ=MINUTELY;COUNT=2",
        "it recurs MINUTELY",
    ),
    (
        "DTSTART;VALUE=DATE:20260101; RRULE:FREQ=HOURLY",
        "it recurs HOURLY",
    ),
    (
        "DTSTART;VALUE=DATE:20260101; RRULE:FREQ=DAILY;BYSECOND=1,2",
        "BYSECOND: make it one event",
    ),
    (
        "DTSTART;VALUE=DATE:20260101; RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "comes to no date",
    ),
    (
        "DTSTART;VALUE=DATE:20260101; RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;UNTIL=20300101",
        "comes to no date",
    ),
    (
        "DTSTART;VALUE=DATE:20260101; RRULE:FREQ=DAILY;BYDAY=XX",
        "cannot be read",
    ),
    (
        "DTSTART;VALUE=DATE:20260101; RRULE:FREQ=YEARLY;BYDAY=1éR",
        "not in plain letters",
    ),
    (
        "DTSTART;VALUE=DATE:20260101; RRULE:FREQ=DAILY; RRULE:FREQ=WEEKLY",
        "several RRULEs",
    ),
    (
        "DTSTART;VALUE=DATE:20260101; EXRULE:FREQ=DAILY",
        "EXRULE cannot be read",
    ),
    (
        "DTSTART;VALUE=DATE:20260101; RRULE:FREQ=DAILY; EXDATE:20260102T000000Z",
        "another kind than DTSTART",
    ),
    (
        "DTSTART;VALUE=DATE:20260101; RDATE;VALUE=PERIOD:20260101T000000Z/P1D",
        "is not a date",
    ),
    (
        "DTSTART;VALUE=DATE:20260101; UID:x; RECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20260101",
        "RANGE cannot be read",
    ),
];

#[test]
fn what_is_not_certain_is_a_problem_with_its_line() {
    let day = "DTSTART;VALUE=DATE:20260101";
    let many = |event: &str, n: usize| {
        let events = format!("BEGIN:VEVENT\n{event}\nEND:VEVENT\n").repeat(n);
        format!("BEGIN:VCALENDAR\n{events}END:VCALENDAR\n")
    };
    let daily = format!("{day}\nRRULE:FREQ=DAILY");
    let long = "DTSTART;VALUE=DATE:19700101\nRRULE:FREQ=DAILY;UNTIL=20241231";
    let deep = format!("BEGIN:VCALENDAR\n{}", "BEGIN:VEVENT\n".repeat(9_000));
    let outlook = "holidays.ics:14:1: DTSTART is in a zone that is not in the zone database, as Outlook writes them: \"W. Europe Standard Time\"";
    let page = "<!DOCTYPE html>\n<html>Sign in</html>\n".to_owned();
    let mut cases = vec![
        (OUTLOOK.to_owned(), outlook),
        (GOOGLE[..400].to_owned(), "the file ends inside VEVENT"),
        (String::new(), "the calendar is empty"),
        (page, "1:1: this is not an iCalendar file"),
        (deep, "VEVENT cannot begin here"),
        ("X".repeat(2 << 20), "at most 1048576"),
        (many(day, 3_000), "more than 2000 events"),
        (many(&daily, 9), "more than 5000 occurrences"),
        (many(long, 1_900), "too many occurrences to look at"),
    ];
    cases.extend(DOUBTFUL.iter().map(|(lines, said)| (event(lines), *said)));
    let mut wrong = String::new();
    for (text, said) in cases {
        let began = Stopwatch::start();
        let found = read(&text);
        let found = found.err().unwrap_or_else(|| "nothing".to_owned());
        if !found.contains(said) {
            writeln!(wrong, "{found}\n  not {said}").unwrap();
        }
        assert!(began.elapsed() < Span::seconds(20), "too long: {said}");
    }
    assert!(wrong.is_empty(), "{wrong}");
}

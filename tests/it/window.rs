//! Weekly windows against an oracle that shares no code with them: wall-clock membership, minute
//! by minute, over the time zone database; and the awkward days by name.

mod openings;

use chrono::{DateTime, Datelike, Days, Duration, Utc, Weekday};
use chrono_tz::{TZ_VARIANTS, Tz};
use pilothouse::model::{Span, Time, Weekly};
use proptest::prelude::*;

const WEEK: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MINUTE: Span = Span::minutes(1);
/// Until then the clocks of one zone were half a minute off, so that their minutes began elsewhere.
const WHOLE_MINUTES_SINCE: Time = Time(65_750_400_000);

/// A slot as the test means it, from which both the text and the answer are made.
#[derive(Debug, Clone)]
struct Meant {
    days: Vec<u32>,
    from: i64,
    to: i64,
}

impl Meant {
    fn text(&self) -> String {
        let days: Vec<&str> = self.days.iter().map(|day| WEEK[*day as usize]).collect();
        let clock = |minute: i64| format!("{:02}:{:02}", minute / 60, minute % 60);
        format!("{} {}-{}", days.join(","), clock(self.from), clock(self.to))
    }

    /// As an interval of wall-clock time that starts on one of the days.
    fn holds(&self, at: Time, zone: Tz) -> bool {
        let wall = at.utc().with_timezone(&zone).naive_local();
        [0, 1].into_iter().any(|days_before| {
            let start = wall.date() - Days::new(days_before);
            let midnight = start.and_hms_opt(0, 0, 0).unwrap();
            let length = (self.to - self.from).rem_euclid(24 * 60);
            let length = if length == 0 { 24 * 60 } else { length };
            let from = midnight + Duration::minutes(self.from);
            let named = self.days.contains(&start.weekday().num_days_from_monday());
            named && from <= wall && wall < from + Duration::minutes(length)
        })
    }
}

/// The next instant at which some clock may begin a minute.
fn next_minute(at: Time) -> Time {
    let step = if at < WHOLE_MINUTES_SINCE {
        30_000
    } else {
        MINUTE.0.cast_signed()
    };
    Time(at.0 - at.0.rem_euclid(step) + step)
}

fn open(slots: &[Meant], at: Time, zone: Tz) -> bool {
    slots.iter().any(|slot| slot.holds(at, zone))
}

fn slots() -> impl Strategy<Value = Vec<Meant>> {
    let clock = prop_oneof![
        3 => (0_i64..96).prop_map(|quarter| quarter * 15),
        1 => 0_i64..1440,
        2 => 55_i64..185,
    ];
    let end = prop_oneof![5 => clock.clone(), 1 => Just(1440_i64)];
    let slot = (prop::collection::vec(0_u32..7, 1..8), clock, end)
        .prop_filter("equal ends are an error", |(_, from, to)| from != to)
        .prop_map(|(days, from, to)| Meant { days, from, to });
    prop::collection::vec(slot, 1..4)
}

/// Instants anywhere, or within a day of a change of the zone's offset.
fn moments() -> impl Strategy<Value = (Tz, Time)> {
    let zone = (0..TZ_VARIANTS.len()).prop_map(|n| TZ_VARIANTS[n]);
    // From 1970 to the end of 2037.
    (zone, 0_i64..2_145_916_800, any::<bool>(), -1440_i64..1440).prop_map(
        |(zone, seconds, near, minutes)| {
            let at = Time(seconds * 1000);
            let at = if near {
                near_change(at, zone).unwrap_or(at)
            } else {
                at
            };
            (zone, Time((at.0 + minutes * 60_000).max(0)))
        },
    )
}

/// The first day after `at`, within a year, on which the offset differs from the day before.
fn near_change(at: Time, zone: Tz) -> Option<Time> {
    let offset = |at: Time| at.utc().with_timezone(&zone).format("%z").to_string();
    let mut days = (0..366).map(|n| at + Span::hours(24 * n));
    let first = offset(days.next()?);
    days.find(|day| offset(*day) != first)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_window_is_what_the_wall_clock_says((slots, (zone, at)) in (slots(), moments())) {
        let text: Vec<String> = slots.iter().map(Meant::text).collect();
        let weekly: Weekly = text.join("; ").parse().unwrap();
        let now = open(&slots, at, zone);
        prop_assert_eq!(weekly.is_open(at, zone), now, "{} {} {}", weekly, zone, at);

        let next = weekly.next_change(at, zone);
        let until = next.unwrap_or(at + Span::hours(24 * 20));
        let mut minute = next_minute(at);
        while minute < until {
            prop_assert_eq!(open(&slots, minute, zone), now, "{} {} {} changes at {}", weekly, zone, at, minute);
            minute = next_minute(minute);
        }
        if let Some(next) = next {
            prop_assert!(next > at);
            prop_assert_eq!(open(&slots, next, zone), !now, "{} {} {} at {}", weekly, zone, at, next);
        }
    }

    #[test]
    fn it_has_been_so_since_the_change_before((slots, (zone, at)) in (slots(), moments())) {
        let text: Vec<String> = slots.iter().map(Meant::text).collect();
        let weekly: Weekly = text.join("; ").parse().unwrap();
        let now = weekly.is_open(at, zone);
        let since = weekly.unchanged_since(at, zone);
        prop_assert!(since <= at);
        prop_assert_eq!(weekly.is_open(since, zone), now);
        prop_assert!(weekly.next_change(since, zone).is_none_or(|next| next > at));
        if at.since(since) < Span::hours(24 * 20) {
            prop_assert_eq!(weekly.is_open(Time(since.0 - 1), zone), !now);
        }
    }

    #[test]
    fn a_window_reads_back_what_it_writes(slots in slots()) {
        let text: Vec<String> = slots.iter().map(Meant::text).collect();
        let weekly: Weekly = text.join(";").parse().unwrap();
        prop_assert_eq!(weekly.to_string().parse::<Weekly>().unwrap(), weekly);
    }
}

/// A rule, a zone and an instant; whether it is open then, and when that changes. Answers of
/// another implementation of the time zone database (Python's `zoneinfo`).
type Answer = (
    &'static str,
    &'static str,
    &'static str,
    bool,
    Option<&'static str>,
);

const ANSWERS: &[Answer] = &[
    (
        "Mon..Fri 09:00-17:00",
        "America/New_York",
        "2026-03-06T14:00:00Z",
        true,
        Some("2026-03-06T22:00:00Z"),
    ),
    (
        "Mon..Fri 09:00-17:00",
        "America/New_York",
        "2026-03-06T13:59:59Z",
        false,
        Some("2026-03-06T14:00:00Z"),
    ),
    (
        "Mon..Fri 09:00-17:00",
        "America/New_York",
        "2026-03-06T22:00:00Z",
        false,
        Some("2026-03-09T13:00:00Z"),
    ),
    (
        "Sun 02:00-03:00",
        "America/New_York",
        "2026-03-08T06:59:59Z",
        false,
        Some("2026-03-15T06:00:00Z"),
    ),
    (
        "Sun 02:30-03:30",
        "America/New_York",
        "2026-03-08T06:59:59Z",
        false,
        Some("2026-03-08T07:00:00Z"),
    ),
    (
        "Sun 01:30-02:30",
        "America/New_York",
        "2026-03-08T06:45:00Z",
        true,
        Some("2026-03-08T07:00:00Z"),
    ),
    (
        "Sun 01:30-02:00",
        "America/New_York",
        "2026-11-01T05:45:00Z",
        true,
        Some("2026-11-01T06:00:00Z"),
    ),
    (
        "Sun 01:30-02:00",
        "America/New_York",
        "2026-11-01T06:10:00Z",
        false,
        Some("2026-11-01T06:30:00Z"),
    ),
    (
        "Sat 22:00-02:00",
        "America/New_York",
        "2026-11-01T05:30:00Z",
        true,
        Some("2026-11-01T07:00:00Z"),
    ),
    (
        "Sat 22:00-02:30",
        "Europe/Berlin",
        "2026-03-29T00:30:00Z",
        true,
        Some("2026-03-29T01:00:00Z"),
    ),
    (
        "Sun 02:00-03:00",
        "Europe/Berlin",
        "2026-10-25T00:30:00Z",
        true,
        Some("2026-10-25T02:00:00Z"),
    ),
    (
        "Fri 09:00-10:00",
        "Pacific/Apia",
        "2011-12-23T20:00:00Z",
        false,
        Some("2012-01-05T19:00:00Z"),
    ),
    (
        "Thu 22:00-02:00",
        "Pacific/Apia",
        "2011-12-30T09:00:00Z",
        true,
        Some("2011-12-30T10:00:00Z"),
    ),
    (
        "Fri 22:00-02:00",
        "Pacific/Apia",
        "2011-12-30T09:00:00Z",
        false,
        Some("2011-12-30T10:00:00Z"),
    ),
    (
        "daily 02:15-02:45",
        "Australia/Lord_Howe",
        "2026-10-03T15:00:00Z",
        false,
        Some("2026-10-03T15:30:00Z"),
    ),
    (
        "daily 01:30-02:00",
        "Australia/Lord_Howe",
        "2026-04-04T14:45:00Z",
        true,
        Some("2026-04-04T15:30:00Z"),
    ),
    (
        "daily 00:00-24:00",
        "Asia/Kathmandu",
        "2026-01-01T00:00:00Z",
        true,
        None,
    ),
    (
        "Mon..Fri 00:00-24:00",
        "UTC",
        "2026-01-02T12:00:00Z",
        true,
        Some("2026-01-03T00:00:00Z"),
    ),
    (
        "Fri..Mon 23:00-01:00",
        "America/Sao_Paulo",
        "2018-11-04T02:30:00Z",
        true,
        Some("2018-11-04T03:00:00Z"),
    ),
    (
        "daily 00:00-12:00;daily 12:00-24:00",
        "Europe/Dublin",
        "2026-03-29T00:30:00Z",
        true,
        None,
    ),
];

#[test]
fn the_awkward_days_behave_as_the_zone_database_says() {
    for &(spec, zone, at, open, next) in ANSWERS {
        let weekly: Weekly = spec.parse().unwrap();
        let zone: Tz = zone.parse().unwrap();
        let at: Time = at.parse().unwrap();
        let case = format!("{spec} {zone} {at}");
        assert_eq!(weekly.is_open(at, zone), open, "{case}");
        let next: Option<Time> = next.map(|next| next.parse().unwrap());
        assert_eq!(weekly.next_change(at, zone), next, "{case}");
    }
}

#[test]
fn what_is_not_a_window_says_why() {
    let form = "is not of the form `DAYS HH:MM-HH:MM`, such as `Mon..Fri 09:00-17:00`";
    let day = "is not a day; use Mon Tue Wed Thu Fri Sat Sun, `Mon..Fri`, `Sat,Sun` or `daily`";
    let clock = "is not a time of day between 00:00 and 23:59 (24:00 is allowed as an end)";
    let empty = "starts and ends at the same time; write 00:00-24:00 for a whole day";
    let cases = [
        ("", "\"\"", form),
        ("Mon", "\"Mon\"", form),
        ("Mon 09:00", "\"Mon 09:00\"", form),
        ("Mon 09:00-10:00; Tue", "\"Tue\"", form),
        ("Mon 09:00-10:00;", "\"\"", form),
        ("Monday 09:00-10:00", "\"Monday\"", day),
        ("Mon.. 09:00-10:00", "\"\"", day),
        ("Mon,,Tue 09:00-10:00", "\"\"", day),
        ("Mo..Fri 09:00-10:00", "\"Mo\"", day),
        ("Mon 9:00-10:00", "\"9:00\"", clock),
        ("Mon 09:00-25:00", "\"25:00\"", clock),
        ("Mon 09:60-10:00", "\"09:60\"", clock),
        ("Mon 09:00-24:01", "\"24:01\"", clock),
        ("Mon 24:00-10:00", "\"24:00\"", clock),
        ("Mon +9:00-10:00", "\"+9:00\"", clock),
        ("Mon 09:00-09:00", "\"Mon 09:00-09:00\"", empty),
        ("Mon 00:00-00:00", "\"Mon 00:00-00:00\"", empty),
    ];
    for (text, named, why) in cases {
        let error = text.parse::<Weekly>().unwrap_err().to_string();
        assert_eq!(error, format!("{named} {why}"), "{text:?}");
    }
}

#[test]
fn a_window_is_written_in_one_way() {
    let cases = [
        ("mon..fri 09:00-17:00", "Mon..Fri 09:00-17:00"),
        (
            "Sat,Sun 22:00-02:00;Mon 00:00-24:00",
            "Sat,Sun 22:00-02:00; Mon 00:00-24:00",
        ),
        ("Sat..Mon 08:00 - 09:00", "Mon,Sat,Sun 08:00-09:00"),
        ("Mon..Sun 08:00-09:00", "daily 08:00-09:00"),
        ("Mon,Mon,Mon,Mon,Mon,Mon,Mon 08:00-09:00", "Mon 08:00-09:00"),
    ];
    for (text, written) in cases {
        assert_eq!(text.parse::<Weekly>().unwrap().to_string(), written);
    }
}

#[test]
fn the_oracle_knows_a_week_without_friday() {
    let apia: Tz = "Pacific/Apia".parse().unwrap();
    let skipped = "2011-12-30T10:00:00Z".parse::<DateTime<Utc>>().unwrap();
    assert_eq!(skipped.with_timezone(&apia).weekday(), Weekday::Sat);
}

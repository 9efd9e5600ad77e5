//! Recurring events against a day-by-day walk through the calendar on the wall: rules of days,
//! weeks, months and years with their ends and exceptions, whole days, floating times and times of
//! a zone. The walk shares no code with the crate that expands rules, nor with closures.

use super::{event, window};
use chrono::{Datelike, Days, Duration, NaiveDate, NaiveDateTime, TimeZone};
use chrono_tz::{TZ_VARIANTS, Tz};
use pilothouse::model::{Span, Time};
use proptest::prelude::*;
use std::fmt::Write as _;

const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
/// The calendar is read up to the end of 2028.
const LAST: (i32, u32, u32) = (2028, 12, 31);

/// What the times of an event are readings of.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Clock {
    WholeDays,
    Floating,
    Of(Tz),
}

#[derive(Debug, Clone, Copy)]
enum Every {
    Day,
    /// On these days of the week, besides the first one's.
    Week([bool; 7]),
    Month,
    Year,
}

#[derive(Debug, Clone, Copy)]
enum End {
    Never,
    After(usize),
    On(NaiveDate),
}

#[derive(Debug, Clone)]
struct Meant {
    clock: Clock,
    first: NaiveDateTime,
    minutes: u32,
    every: Every,
    interval: u32,
    end: End,
    /// Which occurrences are left out.
    but: Vec<usize>,
}

impl Meant {
    /// Every reading at which the event begins by its rule.
    fn series(&self) -> Vec<NaiveDateTime> {
        let last = NaiveDate::from_ymd_opt(LAST.0, LAST.1, LAST.2).unwrap();
        let days = self.first.date().iter_days();
        let days = days.take_while(|day| *day <= last && self.is_before_end(*day));
        let days = days.filter(|day| self.is_on(*day));
        let most = match self.end {
            End::After(count) => count,
            End::Never | End::On(_) => usize::MAX,
        };
        days.take(most)
            .map(|day| day.and_time(self.first.time()))
            .collect()
    }

    fn is_before_end(&self, day: NaiveDate) -> bool {
        !matches!(self.end, End::On(last) if day > last)
    }

    fn is_on(&self, day: NaiveDate) -> bool {
        let first = self.first.date();
        let monday =
            |day: NaiveDate| day - Days::new(u64::from(day.weekday().num_days_from_monday()));
        let months = |day: NaiveDate| day.year() * 12 + day.month0().cast_signed();
        let apart = match self.every {
            Every::Day => (day - first).num_days(),
            Every::Week(_) => (monday(day) - monday(first)).num_days() / 7,
            Every::Month => i64::from(months(day) - months(first)),
            Every::Year => i64::from(day.year() - first.year()),
        };
        let fits = match self.every {
            Every::Day => true,
            Every::Week(days) => {
                day.weekday() == first.weekday()
                    || days[day.weekday().num_days_from_monday() as usize]
            }
            Every::Month => day.day() == first.day(),
            Every::Year => (day.month(), day.day()) == (first.month(), first.day()),
        };
        fits && apart % i64::from(self.interval) == 0
    }

    /// Those that are not left out.
    fn begins(&self) -> Vec<NaiveDateTime> {
        let all = self.series().into_iter().enumerate();
        all.filter(|(nth, _)| !self.but.contains(nth))
            .map(|(_, begin)| begin)
            .collect()
    }

    fn lines(&self) -> String {
        let (of, form) = match self.clock {
            Clock::WholeDays => (";VALUE=DATE".to_owned(), "%Y%m%d"),
            Clock::Floating => (String::new(), "%Y%m%dT%H%M%S"),
            Clock::Of(zone) => (format!(";TZID={zone}"), "%Y%m%dT%H%M%S"),
        };
        let mut text = format!("DTSTART{of}:{}; ", self.first.format(form));
        match self.clock {
            Clock::WholeDays => write!(text, "DURATION:P{}D", self.minutes / 1_440).unwrap(),
            Clock::Floating | Clock::Of(_) => write!(text, "DURATION:PT{}M", self.minutes).unwrap(),
        }
        let every = match self.every {
            Every::Day => "DAILY".to_owned(),
            Every::Week(days) => {
                let first = self.first.weekday().num_days_from_monday() as usize;
                let named = (0..7).filter(|day| days[*day] || *day == first);
                let named: Vec<&str> = named.map(|day| DAYS[day]).collect();
                format!("WEEKLY;BYDAY={}", named.join(","))
            }
            Every::Month => "MONTHLY".to_owned(),
            Every::Year => "YEARLY".to_owned(),
        };
        write!(text, "; RRULE:FREQ={every};INTERVAL={}", self.interval).unwrap();
        match self.end {
            End::Never => {}
            End::After(count) => write!(text, ";COUNT={count}").unwrap(),
            End::On(last) => write!(text, ";UNTIL={}", last.format("%Y%m%d")).unwrap(),
        }
        for left_out in self
            .but
            .iter()
            .filter_map(|nth| self.series().get(*nth).copied())
        {
            write!(text, "; EXDATE{of}:{}", left_out.format(form)).unwrap();
        }
        text
    }

    fn is_closed(&self, begin: NaiveDateTime, at: Time, zone: Tz) -> bool {
        let length = Duration::minutes(i64::from(self.minutes));
        match self.clock {
            Clock::WholeDays | Clock::Floating => {
                let reading = at.utc().with_timezone(&zone).naive_local();
                begin <= reading && reading < begin + length
            }
            Clock::Of(of) => {
                let from = first_shown(begin, of);
                from <= at && at < Time(from.0 + length.num_milliseconds())
            }
        }
    }
}

/// When a clock first shows a reading, or what comes after it where it skips it.
fn first_shown(reading: NaiveDateTime, zone: Tz) -> Time {
    let shown = (0..2_000).find_map(|minutes| {
        let reading = reading + Duration::minutes(minutes);
        zone.from_local_datetime(&reading).earliest()
    });
    Time(shown.unwrap().timestamp_millis())
}

fn zones() -> impl Strategy<Value = Tz> {
    (0..TZ_VARIANTS.len()).prop_map(|n| TZ_VARIANTS[n])
}

fn events() -> impl Strategy<Value = Meant> {
    let clock = prop_oneof![
        1 => Just(Clock::WholeDays),
        1 => Just(Clock::Floating),
        3 => zones().prop_map(Clock::Of),
    ];
    let first = (0_u64..700, 0_i64..288).prop_map(|(day, five_minutes)| {
        let day = NaiveDate::from_ymd_opt(2025, 2, 1).unwrap() + Days::new(day);
        day.and_hms_opt(0, 0, 0).unwrap() + Duration::minutes(5 * five_minutes)
    });
    let every = prop_oneof![
        Just(Every::Day),
        any::<[bool; 7]>().prop_map(Every::Week),
        Just(Every::Month),
        Just(Every::Year),
    ];
    let end = prop_oneof![
        Just(End::Never),
        (1_usize..40).prop_map(End::After),
        (0_u64..900).prop_map(|day| {
            End::On(NaiveDate::from_ymd_opt(2026, 12, 31).unwrap() + Days::new(day))
        }),
    ];
    let but = prop::collection::vec(0_usize..30, 0..3);
    (clock, first, 1_u32..2_000, every, 1_u32..4, end, but).prop_map(
        |(clock, first, minutes, every, interval, end, but)| {
            let whole = clock == Clock::WholeDays;
            Meant {
                clock,
                first: if whole { first.date().into() } else { first },
                minutes: if whole {
                    minutes.div_ceil(1_440) * 1_440
                } else {
                    minutes
                },
                every,
                interval,
                end,
                but,
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn recurring_events_close_on_the_days_that_a_person_would_find(
        meant in events(),
        zone in zones(),
        moments in prop::collection::vec((any::<prop::sample::Index>(), -120_i64..120, any::<bool>()), 24),
    ) {
        let begins = meant.begins();
        let window = window(&event(&meant.lines()));
        for (nth, minutes, at_end) in moments {
            // Around where an occurrence begins or ends, or one that is left out would have.
            let series = meant.series();
            let begin = *nth.get(&series);
            let length = if at_end { meant.minutes } else { 0 };
            let near = begin + Duration::minutes(i64::from(length));
            let of = if let Clock::Of(of) = meant.clock { of } else { zone };
            let near = first_shown(near, of);
            let at = near + Span::minutes(120);
            let at = Time(at.0 + (minutes * 7 - 120) * 60_000);
            if at.utc().year() > 2028 {
                continue;
            }
            let closed = window.closed(at, zone).is_some();
            let expected = begins.iter().any(|begin| meant.is_closed(*begin, at, zone));
            prop_assert_eq!(closed, expected, "{} {} {}", meant.lines(), zone, at);
        }
    }
}

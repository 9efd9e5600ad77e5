//! Instants as an operator reads them: UTC, as short as the distance from now allows. Lengths of
//! time are `Span::short`.

use crate::model::Time;

/// The time of day: `03:12:45Z`.
pub fn clock(at: Time) -> String {
    at.utc().format("%H:%M:%SZ").to_string()
}

/// An instant near `now`: `09:00Z` today, `Mon 09:00Z` within six days, else `03-08 09:00Z`.
pub fn moment(at: Time, now: Time) -> String {
    let (then, today) = (at.utc(), now.utc());
    let days = (then.date_naive() - today.date_naive()).num_days().abs();
    let form = match days {
        0 => "%H:%MZ",
        1..=6 => "%a %H:%MZ",
        _ => "%m-%d %H:%MZ",
    };
    then.format(form).to_string()
}

/// How long ago: `18m04s`.
pub fn ago(at: Time, now: Time) -> String {
    now.since(at).short()
}

/// How long from now: `47m00s`.
pub fn until(at: Time, now: Time) -> String {
    at.since(now).short()
}

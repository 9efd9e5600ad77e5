//! Who is on call for a team: people who take turns, and others who cover for them. Turns change by
//! the clock on the wall, also when the clocks of the zone change. It does not know whose rota it is,
//! nor the current time.

use crate::model::{Actor, Span, Time, WallTime};
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, iter};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rota {
    /// In the order of their turns.
    pub people: Vec<Actor>,
    /// When the first turn begins, in local time of the zone. Nobody is on call before.
    pub since: WallTime,
    /// How long a turn is by the clock on the wall.
    pub turn: Span,
    #[schemars(with = "String")]
    pub time_zone: Tz,
    /// In order, and without overlap.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub covers: Vec<Cover>,
}

/// Somebody is on call instead of whose turn it is, `from <= local time < until`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cover {
    pub person: Actor,
    pub from: WallTime,
    pub until: WallTime,
}

/// Who is on call at a moment, and what comes after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OnCall<'a> {
    /// None before the first turn.
    pub who: Option<&'a Actor>,
    /// None when nobody else ever comes.
    pub next: Option<NextOnCall<'a>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NextOnCall<'a> {
    pub who: &'a Actor,
    pub from: Time,
}

/// `ana, then li from 2026-11-30T00:00:00Z`.
impl fmt::Display for OnCall<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.who.map_or("nobody yet", Actor::as_str))?;
        match &self.next {
            Some(next) => write!(f, ", then {} from {}", next.who, next.from),
            None => Ok(()),
        }
    }
}

impl Rota {
    pub fn on_call(&self, now: Time) -> OnCall<'_> {
        OnCall {
            who: self.who(now),
            next: self.next(now),
        }
    }

    /// Who is on call at a moment.
    pub fn who(&self, at: Time) -> Option<&Actor> {
        match self.covers_at(at).0 {
            Some(cover) => Some(&cover.person),
            None => self.people.get(self.turn_of(self.turn_at(at)?)),
        }
    }

    /// The next who is somebody else, and from when.
    fn next(&self, now: Time) -> Option<NextOnCall<'_>> {
        let before = self.who(now);
        let starts = |cover: &Cover| cover.from.instant(self.time_zone);
        let ends = |cover: &Cover| cover.until.instant(self.time_zone);
        let (cover, ahead) = self.covers_at(now);
        let free = cover.map_or(now, ends);
        let from = ahead.iter().map(ends);
        let until = ahead.iter().map(|cover| Some(starts(cover)));
        let uncovered = iter::once(free)
            .chain(from)
            .zip(until.chain(iter::once(None)));
        let mut moments = uncovered.flat_map(|(from, until)| {
            let turns = self.turns(from, until);
            iter::once(from).chain(turns).chain(until)
        });
        moments.find_map(|at| {
            let who = self.who(at)?;
            (at > now && Some(who) != before).then_some(NextOnCall { who, from: at })
        })
    }

    /// When the turns after a moment begin that lie before another, one of everybody at the most.
    fn turns(&self, after: Time, until: Option<Time>) -> impl Iterator<Item = Time> {
        let first = self.turn_at(after).map_or(0, |turn| turn + 1);
        let turns = (first..).take(self.people.len());
        turns
            .map(|turn| self.starts(turn))
            .take_while(move |at| until.is_none_or(|until| *at < until))
    }

    /// The cover of a moment, and those after it.
    fn covers_at(&self, at: Time) -> (Option<&Cover>, &[Cover]) {
        let begun = |cover: &Cover| cover.from.instant(self.time_zone) <= at;
        let (begun, ahead) = self.covers.split_at(self.covers.partition_point(begun));
        let last = begun.last();
        let now = last.filter(|cover| at < cover.until.instant(self.time_zone));
        (now, ahead)
    }

    /// Which turn it is, from 0.
    fn turn_at(&self, at: Time) -> Option<i64> {
        let reading = WallTime::at(at, self.time_zone);
        let mut turn = reading.lengths_since(self.since, self.turn);
        // A clock that was put back shows again what it showed in the turn before.
        while self.starts(turn + 1) <= at {
            turn += 1;
        }
        while self.starts(turn) > at {
            turn -= 1;
        }
        (turn >= 0).then_some(turn)
    }

    fn starts(&self, turn: i64) -> Time {
        self.since.after(turn, self.turn).instant(self.time_zone)
    }

    /// Whose turn it is among the people.
    fn turn_of(&self, turn: i64) -> usize {
        let n = i64::try_from(self.people.len()).unwrap_or(i64::MAX).max(1);
        usize::try_from(turn.rem_euclid(n)).unwrap_or(0)
    }
}

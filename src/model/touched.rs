//! Which targets the deployments under way have touched, and what an alarm that fires has to do with
//! that: whether it began before or after, on touched targets or on others (DESIGN.md 5, rule 6;
//! INVARIANTS.md I20). It decides nothing.

use crate::model::{
    Alarm, AlarmSource, Attempt, Mark, Measure, Pipeline, Progress, Reading, Says, Side, Span,
    TargetName, Time, contrast,
};
use std::collections::BTreeMap;

/// What a deployment has done to a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touch {
    /// It is being installed or taken back: what it answers says nothing.
    Working,
    /// It serves the new release.
    Serving,
}

impl Attempt {
    /// Remembers when a first target was touched, should this be the one.
    pub(super) fn touch(&mut self, target: &TargetName, at: Time) {
        let before = self.rollout.parts_before_traffic();
        if self.first_touch.is_none() && self.moved(target, before) {
            self.first_touch = Some(at);
        }
    }

    /// What this attempt has done to the targets it has touched. In a rollback none is judged: some
    /// still have what is taken back, and all are worked on.
    fn touched(&self) -> impl Iterator<Item = (&TargetName, Touch)> {
        self.reached().map(|target| {
            let works = matches!(self.progress.get(target), Some(Progress::Running { .. }));
            let touch = if works || self.is_rollback() {
                Touch::Working
            } else {
                Touch::Serving
            };
            (target, touch)
        })
    }
}

impl Pipeline {
    /// The targets that attempts under way have touched.
    pub fn touched(&self) -> BTreeMap<TargetName, Touch> {
        let touched = self.active().flat_map(Attempt::touched);
        touched
            .map(|(target, touch)| (target.clone(), touch))
            .collect()
    }

    /// What speaks for and against the deployments under way as the cause of an alarm that begins
    /// to fire now, one sentence for each. Empty when nothing is under way that it watches.
    pub fn attribution(&self, alarm: &Alarm, reading: &Reading, now: Time) -> String {
        let every = self
            .definition
            .as_ref()
            .map_or(Span::ZERO, |d| d.watch_every);
        // So many readings were above before this one, at the least.
        let readings = u64::from(alarm.fire.0.saturating_sub(1));
        let onset = Time(now.0 - i64::try_from(every.0.saturating_mul(readings)).unwrap_or(0));
        let attempts = self.active().filter(|attempt| {
            !attempt.is_rollback() && self.alarms_of(&attempt.stage).contains(&alarm.name)
        });
        let sentences = attempts.filter_map(|attempt| {
            let side = alarm.source.limit().map_or("above", Measure::side);
            let began = began(attempt, onset, side)?;
            let sides = self.sides(alarm, reading, attempt);
            Some(match sides {
                Some(sides) => format!("{began}; {sides}"),
                None => began,
            })
        });
        sentences.collect::<Vec<_>>().join(". ")
    }

    /// Touched targets beside the others, in figures and what these say.
    fn sides(&self, alarm: &Alarm, reading: &Reading, attempt: &Attempt) -> Option<String> {
        let AlarmSource::Scrape(scrape) = &alarm.source else {
            return None;
        };
        let by = Mark {
            stage: attempt.stage.clone(),
            release: attempt.release,
            rollback: false,
            at: attempt.started,
        };
        let found = contrast(self, &by, &reading.targets, scrape.limit())?;
        let conclusion = match found.says {
            Says::TheRelease => format!("it points to {}", attempt.release),
            Says::TheWorld => "it does not come from the release alone".to_owned(),
            Says::TheOthers => format!("it does not come from {}", attempt.release),
            Says::Calm | Says::TooLittle => return None,
        };
        Some(format!(
            "{} there, {} on the others: {conclusion}",
            told(found.touched),
            told(found.untouched)
        ))
    }
}

/// When it began, seen from the attempt. None where nothing is there to deploy.
fn began(attempt: &Attempt, onset: Time, side: &str) -> Option<String> {
    let (release, stage) = (attempt.release, &attempt.stage);
    let targets = attempt.progress.len();
    if targets == 0 {
        return None;
    }
    let reached = attempt.reached().count();
    Some(match attempt.first_touch {
        Some(touch) if reached > 0 && touch <= onset => format!(
            "began {} after {release} first touched {stage} ({reached} of {targets} targets)",
            onset.since(touch).short()
        ),
        Some(_) if reached > 0 => {
            format!("began before {release} touched {stage}: its readings were {side} already")
        }
        Some(_) | None => format!("began before {release} touched {stage}"),
    })
}

/// `9.10% of 4210`.
fn told(side: Side) -> String {
    let share = side
        .counted
        .share()
        .map_or_else(String::new, |share| format!("{share} of "));
    format!("{share}{}", side.counted.whole)
}

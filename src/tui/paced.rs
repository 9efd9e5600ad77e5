//! An answer that is asked for again as long as a screen shows it: at a steady pace, a little sooner
//! when the pipeline moved, and never twice at a time. It knows nothing of what is asked.

use crate::model::{Revision, Span, Time};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// When the pipeline moved, so long after the last question.
const SOON: Span = Span::seconds(1);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paced<T> {
    pub answer: Option<Arc<T>>,
    /// Why the last question got none.
    pub trouble: Option<String>,
    last: Option<(Time, Revision)>,
    waiting: bool,
}

impl<T> Default for Paced<T> {
    fn default() -> Self {
        Self {
            answer: None,
            trouble: None,
            last: None,
            waiting: false,
        }
    }
}

impl<T> Paced<T> {
    /// An answer that is there already.
    pub fn of(answer: T) -> Self {
        Self {
            answer: Some(Arc::new(answer)),
            ..Self::default()
        }
    }

    /// When to ask next; none while a question is under way.
    pub fn due(&self, every: Span, revision: Revision) -> Option<Time> {
        if self.waiting {
            return None;
        }
        let Some((at, then)) = self.last else {
            return Some(Time(i64::MIN));
        };
        let pause = if then == revision {
            every
        } else {
            every.min(SOON)
        };
        Some(at + pause)
    }

    /// The question is on its way.
    pub fn ask(&mut self, now: Time, revision: Revision) {
        self.last = Some((now, revision));
        self.waiting = true;
    }

    /// What came back. An old answer stays where there is no new one.
    pub fn take(&mut self, answer: Result<Arc<T>, String>) {
        self.waiting = false;
        match answer {
            Ok(answer) => {
                self.answer = Some(answer);
                self.trouble = None;
            }
            Err(why) => self.trouble = Some(why),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asked_at_a_pace_and_one_at_a_time() {
        let (every, still, moved) = (Span::seconds(5), Revision(7), Revision(8));
        let mut asked: Paced<u8> = Paced::default();
        assert!(asked.due(every, still) < Some(Time(0)));
        asked.ask(Time(1_000), still);
        assert_eq!(asked.due(every, moved), None);
        asked.take(Ok(Arc::new(1)));
        assert_eq!(asked.due(every, still), Some(Time(6_000)));
        assert_eq!(asked.due(every, moved), Some(Time(2_000)));
        asked.ask(Time(6_000), moved);
        asked.take(Err("gone".to_owned()));
        assert_eq!(asked.answer.as_deref(), Some(&1), "what was known stays");
        assert_eq!(asked.trouble.as_deref(), Some("gone"));
    }
}

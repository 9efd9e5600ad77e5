//! What was seen over the last while, newest last, in no more samples than its length needs. It knows
//! nothing of what they are.

use crate::model::Span;
use std::collections::VecDeque;

/// A day read every ten seconds; with more the trail gets shorter, not the memory larger.
const SAMPLES: usize = 8_640;

#[derive(Debug)]
pub(crate) struct Trail<T> {
    length: Span,
    /// Samples closer together than this are not kept beside each other.
    step: Span,
    /// Each with its running time.
    samples: VecDeque<(Span, T)>,
}

impl<T> Trail<T> {
    pub(crate) fn new(length: Span, step: Span) -> Self {
        Self {
            length,
            step,
            samples: VecDeque::new(),
        }
    }

    pub(crate) fn push(&mut self, at: Span, sample: T) {
        let mut newest = self.samples.iter().rev();
        if let (Some((last, _)), Some((before, _))) = (newest.next(), newest.next())
            && last.saturating_sub(*before) < self.step
        {
            self.samples.pop_back();
        }
        self.samples.push_back((at, sample));
        // The oldest kept one is where the trail starts: at its edge or the last before it. Two
        // always stay, so a trail shorter than a round is the time since the round before. A
        // trail that reaches back before the first sample has no edge yet.
        let edge = at.0.checked_sub(self.length.0);
        let past = |sample: Option<&(Span, T)>| sample.is_some_and(|(at, _)| Some(at.0) <= edge);
        while self.samples.len() > 2 && past(self.samples.get(1)) || self.samples.len() > SAMPLES {
            self.samples.pop_front();
        }
    }

    /// The oldest and the newest sample; none before there are two.
    pub(crate) fn ends(&self) -> Option<(&T, &T)> {
        let ((_, first), (_, last)) = (self.samples.front()?, self.samples.back()?);
        (self.samples.len() > 1).then_some((first, last))
    }

    /// Whether it reaches back over its whole length.
    pub(crate) fn is_full(&self) -> bool {
        let ends = self.samples.front().zip(self.samples.back());
        ends.is_some_and(|((first, _), (last, _))| last.saturating_sub(*first) >= self.length)
    }

    pub(crate) fn clear(&mut self) {
        self.samples.clear();
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.samples.len()
    }
}

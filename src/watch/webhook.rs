//! Whether alerts match that an Alertmanager pushed to us. What was pushed is in the inbox; this asks
//! nobody.

use crate::{
    model::{Matcher, Measure, Span, Time, Webhook},
    watch::{
        ask::{Answers, Ask},
        inbox::{Heed, Inbox, Inboxes},
        source::{Judged, Look, Source},
    },
};
use std::sync::Arc;

#[derive(Debug)]
pub(crate) struct Pushed {
    inbox: Arc<Inbox>,
    /// None of it when the definition is wrong, which it is not once it was checked.
    heed: Result<Heed, String>,
}

impl Source for Pushed {
    fn asks(&self) -> Vec<Ask> {
        Vec::new()
    }

    fn read(&mut self, _at: Span, _now: Time, _answers: &Answers) -> Look {
        let heed = self.heed.as_ref().map_err(Clone::clone);
        let firing = heed.and_then(|heed| self.inbox.firing(heed));
        let judged = firing.map(|firing| {
            let value = Measure::number(firing.saturating_mul(1_000_000));
            Judged::against(value, Measure::number(0))
        });
        Look::of(judged.map_err(|why| format!("pushed alerts: {why}")), 0)
    }
}

impl Pushed {
    pub(crate) fn new(source: &Webhook, inboxes: &Inboxes) -> Self {
        let inbox = inboxes.of(&source.secret_file);
        let heed = heed(source);
        if let Ok(heed) = &heed {
            inbox.attend(heed);
        }
        Self { inbox, heed }
    }
}

fn heed(source: &Webhook) -> Result<Heed, String> {
    let read = |written: &[String]| {
        let matchers = written.iter().map(|text| {
            let matcher = text.parse::<Matcher>();
            matcher.map_err(|why| format!("{text:?} {why}"))
        });
        matchers.collect::<Result<Vec<_>, String>>()
    };
    Ok(Heed {
        alerts: read(&source.matchers)?,
        watchdog: read(&source.watchdog)?,
        written: source.watchdog.clone(),
        gap: source.max_gap,
    })
}

//! All alerts that were pushed under one secret, and whether it is certain that these are all. It is
//! bounded: what finds no room was missed. It reads no clock.
//!
//! That something fires is taken at its word. That nothing does is believed only when the watchdog
//! has been heard for a whole gap, because so long it takes until everything that fires was told.

use crate::{
    model::{Matcher, Span, Time},
    watch::inbox::{
        course::{Course, Standing},
        payload::{Alert, Labels, Payload, Status},
        vigil::Vigil,
    },
};
use std::collections::BTreeMap;

/// Twice a storm.
const ALERTS_MOST: usize = 20_000;
/// Of labels and fingerprints.
const BYTES_MOST: usize = 16 * 1024 * 1024;
/// What is over is remembered for so long, because older news of it may still come.
const OVER_KEPT: Span = Span::hours(24);
/// Where room is short, for so long.
const OVER_KEPT_LEAST: Span = Span::hours(1);
/// Watchdogs that alarms ask for, one for each way to ask.
const VIGILS_MOST: usize = 1_000;
/// Characters that are taken of others' words.
const WORDS: usize = 150;

/// What an alarm wants to know.
#[derive(Debug, Clone)]
pub(crate) struct Heed {
    pub(crate) alerts: Vec<Matcher>,
    pub(crate) watchdog: Vec<Matcher>,
    /// The watchdog as it is written.
    pub(crate) written: Vec<String>,
    pub(crate) gap: Span,
}

#[derive(Debug, Default)]
pub(super) struct Store {
    alerts: BTreeMap<Key, Course>,
    bytes: usize,
    vigils: BTreeMap<(Vec<String>, Span), Attended>,
    /// When something was last missed, and why.
    missed: Option<(Span, String)>,
}

/// Alerts that differ are kept apart, whatever they call themselves.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    fingerprint: String,
    labels: Labels,
}

#[derive(Debug)]
struct Attended {
    watchdog: Vec<Matcher>,
    vigil: Vigil,
    asked: Span,
}

impl Store {
    pub(super) fn take(&mut self, at: Span, now: Time, body: &[u8]) -> Result<(), String> {
        let payload = match Payload::read(body, now) {
            Ok(payload) => payload,
            Err(why) => {
                self.missed(at, &why);
                return Err(why);
            }
        };
        if payload.left_out > 0 {
            let why = format!("has left {} alerts out", payload.left_out);
            self.missed(at, &why);
        }
        self.forget(at, OVER_KEPT);
        // Making room looks at all that is kept, so it is done once.
        let mut room_made = false;
        for alert in payload.alerts {
            self.listen(at, &alert);
            self.keep(at, alert, &mut room_made);
        }
        Ok(())
    }

    pub(super) fn missed(&mut self, at: Span, why: &str) {
        let now = (at, why.chars().take(WORDS).collect());
        self.missed = self.missed.take().max(Some(now));
    }

    pub(super) fn attend(&mut self, at: Span, heed: &Heed) {
        let key = (heed.written.clone(), heed.gap);
        let attended = self.vigils.entry(key).or_insert_with(|| Attended {
            watchdog: heed.watchdog.clone(),
            vigil: Vigil::default(),
            asked: at,
        });
        attended.asked = at;
        if self.vigils.len() > VIGILS_MOST {
            let oldest = self
                .vigils
                .iter()
                .min_by_key(|(_, attended)| attended.asked);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                self.vigils.remove(&oldest);
            }
        }
    }

    pub(super) fn firing(&mut self, at: Span, heed: &Heed) -> Result<u64, String> {
        self.attend(at, heed);
        let mut firing = 0;
        let mut unclear = None;
        for (key, course) in &self.alerts {
            let standing = course.standing(at, heed.gap);
            if standing == Standing::Over || !all_match(&heed.alerts, &key.labels) {
                continue;
            }
            if standing == Standing::Fires {
                firing += 1;
            } else if unclear.is_none() {
                unclear = Some(words(key, standing, heed.gap));
            }
        }
        if firing > 0 {
            return Ok(firing);
        }
        unclear.map_or(Ok(()), Err)?;
        self.is_complete(at, heed)?;
        Ok(0)
    }

    /// Whether what was not told does not fire. The reasons tell no ages: one that is different with
    /// every round would be news with every round.
    fn is_complete(&self, at: Span, heed: &Heed) -> Result<(), String> {
        let gap = heed.gap;
        let vigil = self.vigils.get(&(heed.written.clone(), gap));
        let vigil = vigil.map(|attended| attended.vigil).unwrap_or_default();
        let Some(lasts) = vigil.lasts(at, gap) else {
            return Err(if vigil.is_begun() {
                format!("its watchdog has been silent for more than {gap}")
            } else {
                "its watchdog has not been heard".to_owned()
            });
        };
        let barks = self.alerts.iter().any(|(key, course)| {
            let stands = course.standing(at, gap);
            matches!(stands, Standing::Fires | Standing::Doubtful)
                && all_match(&heed.watchdog, &key.labels)
        });
        if !barks {
            return Err("its watchdog does not fire, so silence says nothing".to_owned());
        }
        if lasts < gap {
            return Err(format!(
                "its watchdog has been heard for less than {gap}, so silence says nothing yet"
            ));
        }
        match &self.missed {
            Some((when, why)) if at.saturating_sub(*when) <= gap => {
                Err(format!("within {gap} something was pushed that {why}"))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn listen(&mut self, at: Span, alert: &Alert) {
        for ((_, gap), attended) in &mut self.vigils {
            if all_match(&attended.watchdog, &alert.labels) {
                match alert.status {
                    Status::Firing => attended.vigil.hear(at, *gap),
                    Status::Resolved => attended.vigil.end(at),
                }
            }
        }
    }

    fn keep(&mut self, at: Span, mut alert: Alert, room_made: &mut bool) {
        let key = Key {
            fingerprint: std::mem::take(&mut alert.fingerprint),
            labels: std::mem::take(&mut alert.labels),
        };
        if let Some(course) = self.alerts.get_mut(&key) {
            course.hear(at, &alert);
            return;
        }
        let size = key.size();
        let fits = |store: &Self| {
            store.alerts.len() < ALERTS_MOST && store.bytes.saturating_add(size) <= BYTES_MOST
        };
        if !fits(self) && !std::mem::replace(room_made, true) {
            self.forget(at, OVER_KEPT_LEAST);
        }
        if !fits(self) {
            let kept = self.alerts.len();
            let why = format!("found no room beside the {kept} alerts that are kept");
            self.missed(at, &why);
            return;
        }
        self.bytes += size;
        self.alerts.entry(key).or_default().hear(at, &alert);
    }

    /// Forgets what has been over for long enough. What may fire is never forgotten.
    fn forget(&mut self, at: Span, kept: Span) {
        let bytes = &mut self.bytes;
        self.alerts.retain(|key, course| {
            let old = at.saturating_sub(course.heard()) > kept;
            let stays = !old || course.standing(at, kept) != Standing::Over;
            if !stays {
                *bytes -= key.size();
            }
            stays
        });
    }
}

impl Key {
    fn size(&self) -> usize {
        let labels = self.labels.iter();
        let labels: usize = labels.map(|(name, value)| name.len() + value.len()).sum();
        self.fingerprint.len() + labels
    }
}

fn all_match(matchers: &[Matcher], labels: &Labels) -> bool {
    matchers.iter().all(|matcher| matcher.matches(labels))
}

fn words(key: &Key, standing: Standing, gap: Span) -> String {
    let name = key.labels.get("alertname").unwrap_or(&key.fingerprint);
    let name: String = name.chars().take(WORDS).collect();
    match standing {
        Standing::Unrepeated => {
            format!("alert {name} fired, and for more than {gap} neither that nor its end was told")
        }
        Standing::Doubtful => {
            format!("alert {name} is told as firing, though its end was told before")
        }
        Standing::Over | Standing::Fires => name,
    }
}

#[cfg(test)]
mod tests;

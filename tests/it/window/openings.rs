//! What follows from an opening, against the hands of a clock: each pipeline's own moment after it,
//! and how many attempts it lets start. The oracle goes minute by minute through the wall clock's
//! time and shares no code with windows.

use super::{Meant, moments, next_minute, open, slots};
use chrono_tz::Tz;
use pilothouse::model::{
    AttemptId, Blocker, Candidate, Clears, Fact, Org, PastAttempt, Pipeline, PipelineName,
    ReleaseId, Span, StageName, StageState, Time, blockers,
};
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

/// How far back the oracle looks; nothing that it is asked about reaches further.
const BACK: Span = Span::hours(48);

/// A window of one zone, as the test means it.
#[derive(Debug, Clone)]
struct Case {
    allow: Vec<Meant>,
    deny: Option<Vec<Meant>>,
    zone: Tz,
    now: Time,
}

impl Case {
    fn is_open(&self, at: Time) -> bool {
        let denied = self.deny.as_ref();
        open(&self.allow, at, self.zone) && !denied.is_some_and(|deny| open(deny, at, self.zone))
    }

    /// Whether it was open at every moment from then until now.
    fn open_since(&self, then: Time) -> bool {
        let mut at = then;
        while at <= self.now {
            if !self.is_open(at) {
                return false;
            }
            at = next_minute(at);
        }
        self.is_open(self.now)
    }

    /// The first moment of the opening that still lasts, if it is not long ago.
    fn opened(&self, back: Span) -> Option<Time> {
        let mut at = Time(self.now.0 - back.0.cast_signed());
        let mut opened = None;
        let mut before = true;
        while at <= self.now {
            let is_open = self.is_open(at);
            if is_open && !before {
                opened = Some(at);
            }
            before = is_open;
            at = next_minute(at);
        }
        opened.filter(|_| self.is_open(self.now))
    }

    /// A pipeline with this window before its first stage.
    fn pipeline(&self, named: &str, stagger: Span, quota: Option<u32>) -> Pipeline {
        let rule = |slots: &[Meant]| {
            let text: Vec<String> = slots.iter().map(Meant::text).collect();
            text.join("; ").parse().unwrap()
        };
        let mut definition = crate::world::definition();
        definition.name = PipelineName::parse(named).unwrap();
        let window = &mut definition.windows[0];
        window.allow = Some(rule(&self.allow));
        window.deny = self.deny.as_deref().map(rule);
        (window.stagger, window.quota) = (stagger, quota);
        let name = window.name.clone();
        let stage = &mut definition.stages[0];
        stage.windows = vec![name];
        stage.regions[0].time_zone = self.zone;
        let mut pipeline = Pipeline::new(definition.name.clone());
        let definition = Box::new(definition);
        let defined = Fact::Defined { definition };
        pipeline.fold(self.now, &defined).unwrap();
        pipeline
    }

    /// The blocker of a kind that stands before the first stage.
    fn told(&self, pipeline: &Pipeline, kind: &str) -> Option<Blocker> {
        let stage = StageName::parse("beta").unwrap();
        let candidate = Candidate {
            stage: &stage,
            release: ReleaseId(1),
        };
        let standing = blockers(pipeline, &Org::default(), self.now, candidate);
        let id = format!("{kind}/business-hours");
        standing.into_iter().find(|blocker| blocker.id.0 == id)
    }
}

fn cases() -> impl Strategy<Value = Case> {
    let deny = prop_oneof![Just(None), slots().prop_map(Some)];
    (slots(), deny, moments()).prop_map(|(allow, deny, (zone, now))| Case {
        allow,
        deny,
        zone,
        now,
    })
}

/// A case whose moment is soon after an opening, where there is one.
fn cases_after_openings() -> impl Strategy<Value = Case> {
    (cases(), 0_u64..600).prop_map(|(mut case, after)| {
        let (asked, mut at) = (case.now, case.now);
        while case.is_open(at) && at < asked + BACK {
            at = next_minute(at);
        }
        while !case.is_open(at) && at < asked + BACK {
            at = next_minute(at);
        }
        case.now = at + Span::seconds(after * 37 % 20_000);
        case
    })
}

/// A pipeline's part of a span, to the second, from the hash of its name.
fn share(pipeline: &str, of: Span) -> Span {
    let hash = Sha256::digest(pipeline.as_bytes());
    let number = hash[..8]
        .iter()
        .fold(0_u64, |n, byte| n << 8 | u64::from(*byte))
        >> 4;
    Span::seconds(number % of.0 / 1_000)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_pipeline_begins_at_its_own_moment(
        case in cases_after_openings(),
        (named, minutes) in ("[a-z]{1,12}", 1_u64..360),
    ) {
        let stagger = Span::minutes(minutes);
        let pipeline = case.pipeline(&named, stagger, None);
        // Before the longest stagger is over nothing else is asked.
        let opened = case.opened(stagger);
        let expected = opened.map(|opened| (opened, opened + share(&named, stagger)));
        let expected = expected.filter(|(_, turn)| case.now < *turn);
        let told = case.told(&pipeline, "stagger");
        let told = told.map(|blocker| (blocker.since, blocker.clears));
        prop_assert_eq!(told, expected.map(|(since, turn)| (since, Clears::At(turn))), "{:?}", case);
    }

    #[test]
    fn an_opening_lets_so_many_attempts_start(
        case in cases_after_openings(),
        quota in 1_u32..5,
        starts in prop::collection::vec((0_u64..2_880, any::<bool>()), 0..9),
    ) {
        let mut pipeline = case.pipeline("checkout", Span::ZERO, Some(quota));
        let mut starts: Vec<(Time, bool)> = starts
            .into_iter()
            .map(|(minutes, rollback)| (Time(case.now.0 - (minutes * minutes / 2_880 * 60_000).cast_signed()), rollback))
            .collect();
        starts.sort_unstable();
        let past = starts.iter().rev().map(|(started, rollback)| PastAttempt {
            id: AttemptId(1),
            release: ReleaseId(1),
            rollback: *rollback,
            started: *started,
            ended: *started,
            word: "passed".to_owned(),
        });
        let stage = StageName::parse("beta").unwrap();
        let state = StageState { past: past.collect(), ..StageState::default() };
        pipeline.stages.insert(stage, state.into());
        let counted = starts.iter().filter(|(at, rollback)| !rollback && case.open_since(*at));
        let counted: Vec<Time> = counted.map(|(at, _)| *at).collect();
        let expected = counted.last().filter(|_| counted.len() >= quota as usize);
        let told = case.told(&pipeline, "quota").map(|blocker| blocker.since);
        prop_assert_eq!(told, expected.copied(), "{:?} {:?}", case, starts);
    }
}

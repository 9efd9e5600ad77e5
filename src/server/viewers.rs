//! Who follows which pipelines over the stream at the moment, so that nobody acts beside somebody
//! else without knowing. It knows no HTTP, and what anybody looks at is nothing to decide on.

use crate::{
    api::Viewer,
    model::{Actor, PipelineName, Time},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// So many are told to each; more are a crowd.
const MOST: usize = 20;

/// Everybody's place.
#[derive(Debug, Clone, Default)]
pub(super) struct Viewers(Arc<Mutex<Seats>>);

#[derive(Debug, Default)]
struct Seats {
    next: u64,
    taken: BTreeMap<u64, Viewer>,
}

/// Somebody's place; given up when it is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    viewers: Viewers,
    id: u64,
    who: Actor,
    told: Vec<Viewer>,
}

impl Viewers {
    pub(super) fn join(&self, who: Actor, pipelines: BTreeSet<PipelineName>, since: Time) -> Seat {
        let mut seats = self.seats();
        let id = seats.next;
        seats.next += 1;
        let viewer = Viewer {
            who: who.clone(),
            pipelines,
            since,
        };
        seats.taken.insert(id, viewer);
        drop(seats);
        Seat {
            viewers: self.clone(),
            id,
            who,
            told: Vec::new(),
        }
    }

    fn seats(&self) -> MutexGuard<'_, Seats> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// The others who look at something, when that is not what was told the last time. One's own
    /// other terminals are nobody else.
    pub(super) fn news(&mut self) -> Option<Vec<Viewer>> {
        let seats = self.viewers.seats();
        let others = seats.taken.values();
        let others = others.filter(|viewer| viewer.who != self.who);
        let now: Vec<Viewer> = others.take(MOST).cloned().collect();
        drop(seats);
        (now != self.told).then(|| {
            self.told.clone_from(&now);
            now
        })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.viewers.seats().taken.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn join(viewers: &Viewers, who: &str, pipelines: &[&str]) -> Seat {
        let pipelines = pipelines.iter().map(|name| name.parse().unwrap());
        viewers.join(Actor::parse(who).unwrap(), pipelines.collect(), Time(1))
    }

    fn names(news: Option<Vec<Viewer>>) -> Option<Vec<String>> {
        let told = news?.into_iter().map(|viewer| {
            let looks = viewer.pipelines.iter().map(ToString::to_string);
            format!("{}:{}", viewer.who, looks.collect::<Vec<_>>().join(","))
        });
        Some(told.collect())
    }

    #[test]
    fn the_others_are_told_once_until_something_is_different() {
        let viewers = Viewers::default();
        let mut ana = join(&viewers, "ana", &["checkout"]);
        assert_eq!(names(ana.news()), None, "nobody is there");
        let li = join(&viewers, "li", &["checkout", "cart"]);
        let mut second = join(&viewers, "ana", &[]);
        assert_eq!(names(ana.news()), Some(vec!["li:cart,checkout".to_owned()]));
        assert_eq!(names(ana.news()), None);
        assert_eq!(
            names(second.news()),
            Some(vec!["li:cart,checkout".to_owned()])
        );
        drop(li);
        assert_eq!(names(ana.news()), Some(vec![]), "li has left");
        drop(second);
        assert_eq!(names(ana.news()), None);
    }
}

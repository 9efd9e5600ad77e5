//! The rows of the fleet, kept in every order in which they are listed: a frame or a key looks at a
//! page of ten thousand and sorts nothing. Rows come whole from the server; it knows no filter.

use crate::{
    model::{PipelineName, Status, Summary},
    tui::screen::FleetSort,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// Where a row stands: by two numbers that belong to the order, then by its name.
type Key = (u8, i64, PipelineName);

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    from = "BTreeMap<PipelineName, Summary>",
    into = "BTreeMap<PipelineName, Summary>"
)]
pub struct Roster {
    orders: [BTreeMap<Key, Arc<Summary>>; FleetSort::ALL.len()],
    by_status: [usize; Status::ALL.len()],
}

impl Roster {
    /// The row of a pipeline takes the place of the one before.
    pub fn insert(&mut self, row: Summary) {
        if let Some(before) = self.orders[FleetSort::Name as usize].remove(&by_name(&row.pipeline))
        {
            self.by_status[before.status as usize] -= 1;
            for sort in FleetSort::ALL {
                self.orders[sort as usize].remove(&key(sort, &before));
            }
        }
        self.by_status[row.status as usize] += 1;
        let row = Arc::new(row);
        for sort in FleetSort::ALL {
            self.orders[sort as usize].insert(key(sort, &row), row.clone());
        }
    }

    pub fn get(&self, name: &PipelineName) -> Option<&Summary> {
        let row = self.orders[FleetSort::Name as usize].get(&by_name(name));
        row.map(Arc::as_ref)
    }

    pub fn len(&self) -> usize {
        self.orders[FleetSort::Name as usize].len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every row, by name.
    pub fn all(&self) -> impl Iterator<Item = &Summary> {
        self.sorted(FleetSort::Name)
    }

    /// Every row, in an order.
    pub fn sorted(&self, sort: FleetSort) -> impl Iterator<Item = &Summary> {
        self.orders[sort as usize].values().map(Arc::as_ref)
    }

    /// The rows of one status.
    pub fn of_status(&self, status: Status) -> impl Iterator<Item = &Summary> {
        let rows = self.sorted(FleetSort::Attention);
        let before = Status::ALL.into_iter().filter(|other| *other < status);
        let first = before.map(|other| self.count(other)).sum();
        rows.skip(first).take(self.count(status))
    }

    /// How many rows have a status.
    pub fn count(&self, status: Status) -> usize {
        self.by_status[status as usize]
    }
}

fn by_name(name: &PipelineName) -> Key {
    (0, 0, name.clone())
}

fn key(sort: FleetSort, row: &Summary) -> Key {
    let name = row.pipeline.clone();
    match sort {
        // The oldest trouble first; what has no age comes last.
        FleetSort::Attention => {
            let since = row.since.map_or(i64::MAX, |since| since.0);
            (row.status as u8, since, name)
        }
        FleetSort::Name => by_name(&name),
        FleetSort::Recent => {
            let newest_first = row.since.map_or(i64::MAX, |since| since.0.saturating_neg());
            (0, newest_first, name)
        }
    }
}

impl FromIterator<Summary> for Roster {
    fn from_iter<T: IntoIterator<Item = Summary>>(rows: T) -> Self {
        let mut roster = Self::default();
        rows.into_iter().for_each(|row| roster.insert(row));
        roster
    }
}

impl From<BTreeMap<PipelineName, Summary>> for Roster {
    fn from(rows: BTreeMap<PipelineName, Summary>) -> Self {
        rows.into_values().collect()
    }
}

impl From<Roster> for BTreeMap<PipelineName, Summary> {
    fn from(roster: Roster) -> Self {
        let rows = roster.all().cloned();
        rows.map(|row| (row.pipeline.clone(), row)).collect()
    }
}

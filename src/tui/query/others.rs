//! Who else is there: the other people who follow the server, as it told them.

use crate::{
    model::{Actor, PipelineName, Time},
    tui::app::Replica,
};
use std::collections::BTreeMap;

/// Everybody else who has a pipeline open, and since when; without a pipeline, who is there at all.
pub fn others<'a>(
    replica: &'a Replica,
    pipeline: Option<&PipelineName>,
) -> BTreeMap<&'a Actor, Time> {
    let viewers = replica.viewers.iter();
    let here = viewers.filter(|viewer| pipeline.is_none_or(|name| viewer.pipelines.contains(name)));
    let mut found = BTreeMap::new();
    for viewer in here {
        let since = found.entry(&viewer.who).or_insert(viewer.since);
        *since = viewer.since.min(*since);
    }
    found
}

//! The alarms of a pipeline as rows: the state that the replica folded, with what the server last
//! saw of each beside it; and what each read lately, column by column.

use crate::{
    api::Alarms,
    model::{
        AlarmLevel, AlarmName, AlarmSight, Pipeline, Sample, Span, TRACE_REACH, Time, Trace,
        Urgency, sights,
    },
};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmRow<'a> {
    /// As the replica has it: what it read lately is not in it.
    pub sight: AlarmSight,
    /// As the server last answered.
    pub seen: Option<&'a AlarmSight>,
}

/// How many alarms of a stage or pipeline say what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AlarmCount {
    pub firing: usize,
    pub no_data: usize,
    pub ok: usize,
}

impl AlarmCount {
    pub fn total(self) -> usize {
        self.firing + self.no_data + self.ok
    }
}

/// Every alarm, the most urgent first, then by severity and name.
pub fn alarm_rows<'a>(pipeline: &Pipeline, answer: Option<&'a Alarms>) -> Vec<AlarmRow<'a>> {
    let live = sights(pipeline, BTreeMap::new()).into_iter();
    let mut rows: Vec<AlarmRow<'a>> = live
        .map(|mut sight| {
            let answered = answer.iter().flat_map(|answer| &answer.alarms);
            let seen = answered.into_iter().find(|seen| seen.alarm == sight.alarm);
            sight.fires = seen.map_or(0, |seen| seen.fires);
            sight.urgency = Urgency::of(sight.state.level, sight.fires);
            AlarmRow { sight, seen }
        })
        .collect();
    rows.sort_by(|a, b| {
        let order = |row: &AlarmRow<'_>| (row.sight.urgency, row.sight.severity);
        order(a)
            .cmp(&order(b))
            .then_with(|| a.sight.alarm.cmp(&b.sight.alarm))
    });
    rows
}

/// The alarms that watch a stage, counted.
pub fn count(pipeline: &Pipeline, alarms: &[&AlarmName]) -> AlarmCount {
    let mut count = AlarmCount::default();
    for alarm in alarms {
        match pipeline.alarms.get(*alarm).map(|state| state.level) {
            Some(AlarmLevel::Firing) => count.firing += 1,
            Some(AlarmLevel::Ok) => count.ok += 1,
            Some(AlarmLevel::NoData) | None => count.no_data += 1,
        }
    }
    count
}

/// What an alarm read lately, for a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// Of one column; the last one ends now.
    pub step: Span,
    /// The worst sample of each column, oldest first; none where there is none.
    pub columns: Vec<Option<Sample>>,
}

/// What a column may stand for: numbers that one can say. Sixty of the longest are a whole trace.
const STEPS: [Span; 6] = [
    Span::seconds(1),
    Span::seconds(5),
    Span::seconds(10),
    Span::seconds(20),
    Span::seconds(30),
    Span(TRACE_REACH.0 / 60),
];

/// The newest part of a trace in so many columns: each as short as shows all of it, and no shorter
/// than the time between two readings.
pub fn chart(trace: &Trace, columns: usize, every: Span, now: Time) -> Chart {
    let count = u64::try_from(columns.max(1)).unwrap_or(u64::MAX);
    let oldest = trace.samples().next();
    let age = oldest.map_or(Span::ZERO, |oldest| now.since(oldest.at));
    let least = every.max(Span(age.0.div_ceil(count)));
    let [.., longest] = STEPS;
    let step = STEPS.into_iter().find(|step| *step >= least);
    let step = step.unwrap_or(longest);
    let mut found: Vec<Option<Sample>> = vec![None; columns];
    for sample in trace.samples() {
        let back = usize::try_from(now.since(sample.at).0 / step.0).unwrap_or(usize::MAX);
        let place = columns.checked_sub(back.saturating_add(1));
        if let Some(column) = place.and_then(|place| found.get_mut(place)) {
            *column = Some(column.map_or(*sample, |there| there.with(sample)));
        }
    }
    // Rounds are not as even as columns: one that was missed by a hair shows the one before.
    for at in 1..found.len() {
        if found[at].is_none() && found.get(at + 1).is_none_or(Option::is_some) {
            found[at] = found[at - 1];
        }
    }
    Chart {
        step,
        columns: found,
    }
}

impl Chart {
    /// The column of a moment; none when it is not shown.
    pub fn column(&self, at: Time, now: Time) -> Option<usize> {
        let back = usize::try_from(now.since(at).0 / self.step.0).ok()?;
        self.columns.len().checked_sub(back.checked_add(1)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Measure;

    fn trace(readings: impl Iterator<Item = (i64, u64)>) -> Trace {
        let mut trace = Trace::default();
        for (seconds, value) in readings {
            trace.take(Sample {
                at: Time(seconds * 1_000),
                level: AlarmLevel::Ok,
                value: Some(Measure::number(value)),
            });
        }
        trace
    }

    fn values(chart: &Chart) -> Vec<Option<u64>> {
        let columns = chart.columns.iter();
        columns
            .map(|c| c.and_then(|s| s.value).map(|v| v.millionths))
            .collect()
    }

    #[test]
    fn the_shortest_length_that_shows_everything() {
        let now = Time(3_600_000);
        for (oldest, every, minutes) in [(10, 1, 1), (61, 1, 5), (10, 10, 10), (3_600, 1, 60)] {
            let trace = trace([(3_600 - oldest, 1), (3_600, 2)].into_iter());
            let chart = chart(&trace, 60, Span::seconds(every), now);
            assert_eq!(chart.step, Span::seconds(minutes), "{oldest} {every}");
            assert_eq!(values(&chart)[59], Some(2));
        }
    }

    #[test]
    fn the_worst_of_a_column_and_one_missed_round() {
        let readings = [(1, 5), (2, 9), (13, 1), (14, 2), (45, 3), (59, 4)];
        let trace = trace(readings.into_iter());
        let chart = chart(&trace, 6, Span::seconds(10), Time(59_999));
        assert_eq!(chart.step, Span::seconds(10));
        let expected = [Some(9), Some(2), None, None, Some(3), Some(4)];
        assert_eq!(values(&chart)[..2], expected[..2]);
        assert_eq!(values(&chart)[4..], expected[4..]);
        assert_eq!(chart.column(Time(13_000), Time(59_999)), Some(1));
        assert_eq!(chart.column(Time(-13_000), Time(59_999)), None);
    }
}

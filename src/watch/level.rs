//! M of N to fire, K in a row to clear; between the two an alarm stays as it is, so that one good
//! reading does not call off a night.

use std::collections::VecDeque;

/// Whether an alarm fires, with the readings it takes to say so.
#[derive(Debug)]
pub(crate) struct Level {
    fire: (usize, usize),
    clear: u32,
    /// Whether each of the last readings was above, newest last.
    recent: VecDeque<bool>,
    /// Readings in a row that were not above.
    calm: u32,
    firing: bool,
}

impl Level {
    pub(crate) fn new((of, readings): (u32, u32), clear: u32) -> Self {
        let count = |n: u32| usize::try_from(n.max(1)).unwrap_or(usize::MAX);
        Self {
            fire: (count(of), count(readings)),
            clear: clear.max(1),
            recent: VecDeque::new(),
            calm: 0,
            firing: false,
        }
    }

    /// Takes a reading; says whether the alarm fires now.
    pub(crate) fn reading(&mut self, above: bool) -> bool {
        let (of, readings) = self.fire;
        self.recent.push_back(above);
        while self.recent.len() > readings {
            self.recent.pop_front();
        }
        self.calm = if above { 0 } else { self.calm + 1 };
        if self.firing && self.calm >= self.clear {
            self.firing = false;
            // What made it fire is over and may not make it fire again.
            self.recent.clear();
        } else if self.recent.iter().filter(|above| **above).count() >= of {
            self.firing = true;
        }
        self.firing
    }

    /// How many of the readings that count towards firing are above.
    pub(crate) fn above(&self) -> u32 {
        let above = self.recent.iter().filter(|above| **above);
        u32::try_from(above.count()).unwrap_or(u32::MAX)
    }

    /// A reading without data is neither above nor calm: what was seen before still counts, but the
    /// readings that clear must follow one another.
    pub(crate) fn no_data(&mut self) {
        self.calm = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Readings and what the alarm says to each: `x` above, `.` not above, `?` without data; `F`
    /// fires, `-` does not.
    #[test]
    fn firing_and_clearing() {
        for (fire, clear, readings, expected) in [
            ((3, 5), 3, "xx.x", "---F"),
            ((3, 5), 3, "xx...x", "------"),
            ((3, 5), 3, "xxx..x...", "--FFFFFF-"),
            ((3, 5), 3, "xxx...xx", "--FFF---"),
            ((3, 5), 3, "xxx...xxx", "--FFF---F"),
            ((1, 1), 1, "x.x.", "F-F-"),
            ((2, 2), 2, "x?x..", "-?FF-"),
            ((2, 3), 2, "xx.?..", "-FF?F-"),
            ((0, 0), 0, ".x.", "-F-"),
        ] {
            let mut level = Level::new(fire, clear);
            let said: String = readings
                .chars()
                .map(|reading| {
                    if reading == '?' {
                        level.no_data();
                        return '?';
                    }
                    if level.reading(reading == 'x') {
                        'F'
                    } else {
                        '-'
                    }
                })
                .collect();
            assert_eq!(said, expected, "{readings} at {fire:?}, {clear}");
        }
    }
}

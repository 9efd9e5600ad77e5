//! What a simulation did, so that one in which nothing happens can be told.

#[derive(Debug, Default, Clone)]
pub(super) struct Report {
    pub(super) facts: usize,
    pub(super) deployments: usize,
    pub(super) crashes: usize,
    pub(super) late: usize,
    pub(super) rollbacks: usize,
    pub(super) refusals: usize,
    pub(super) passed_last: usize,
}

impl Report {
    pub(super) fn add(&mut self, other: &Report) {
        self.facts += other.facts;
        self.deployments += other.deployments;
        self.crashes += other.crashes;
        self.late += other.late;
        self.rollbacks += other.rollbacks;
        self.refusals += other.refusals;
        self.passed_last += other.passed_last;
    }
}

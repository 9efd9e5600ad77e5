//! What a world took in and what followed from it, for tests that let it happen again otherwise.

use pilothouse::engine::Input;
use pilothouse::model::{Actor, Fact, Org, Request, Time};

/// An input with what it was decided under and what followed.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    pub(crate) input: Input,
    pub(crate) org: Org,
    pub(crate) at: Time,
    pub(crate) facts: Vec<Fact>,
}

/// A request to the organization, or what time or its files say, and what followed.
#[derive(Debug, Clone)]
pub(crate) struct OrgTaken {
    pub(crate) asked: Option<(Actor, Request)>,
    pub(crate) at: Time,
    pub(crate) facts: Vec<Fact>,
}

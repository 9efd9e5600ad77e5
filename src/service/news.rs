//! One thing that subscribers are told. However many there are, it is there once, and is written once.

use crate::api::{Cursor, StreamEvent};
use std::sync::OnceLock;

#[derive(Debug)]
pub struct News {
    /// The position to resume after; none for what is no part of the journal's order.
    pub cursor: Option<Cursor>,
    pub event: StreamEvent,
    written: OnceLock<serde_json::Result<String>>,
}

impl News {
    pub fn new(cursor: Option<Cursor>, event: StreamEvent) -> Self {
        Self {
            cursor,
            event,
            written: OnceLock::new(),
        }
    }

    /// The event as the first who asks writes it.
    pub fn written(
        &self,
        write: impl FnOnce(&StreamEvent) -> serde_json::Result<String>,
    ) -> Result<&str, &serde_json::Error> {
        let written = self.written.get_or_init(|| write(&self.event));
        written.as_ref().map(String::as_str)
    }
}

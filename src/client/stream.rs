//! An open event stream: messages in, `StreamEvent`s with their cursors out. When to open one
//! again, and after what, is the feed's business.

use crate::{
    api::{Cursor, StreamEvent},
    client::{
        ClientError, error,
        sse::{EVENT_LIMIT, Message, Parser},
    },
    http,
};
use serde::Deserialize;
use std::collections::VecDeque;

const DOING: &str = "reading the stream";

/// Reads one stream to its end.
#[derive(Debug)]
pub struct EventStream {
    answer: reqwest::Response,
    address: String,
    version: Option<String>,
    parser: Parser,
    waiting: VecDeque<Message>,
}

/// A heartbeat's data.
#[derive(Deserialize)]
struct Beat {
    now: crate::model::Time,
    cursor: Cursor,
}

/// A reset's data.
#[derive(Deserialize)]
struct Why {
    why: String,
}

impl EventStream {
    pub(super) fn new(answer: reqwest::Response, address: String) -> Self {
        Self {
            version: error::version(&answer),
            answer,
            address,
            parser: Parser::new(EVENT_LIMIT),
            waiting: VecDeque::new(),
        }
    }

    /// The next event, and the cursor to resume after it where it has one; none when the server
    /// ended the stream. Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Result<Option<(Option<Cursor>, StreamEvent)>, ClientError> {
        loop {
            while let Some(message) = self.waiting.pop_front() {
                let read = read(&message).map_err(|why| {
                    let (address, version) = (self.address.clone(), self.version.clone());
                    ClientError::not_understood(DOING, address, version, why)
                })?;
                if read.is_some() {
                    return Ok(read);
                }
            }
            let broken = |why: String| ClientError::Broken {
                doing: DOING,
                address: self.address.clone(),
                why,
            };
            let chunk = self.answer.chunk().await;
            let Some(bytes) = chunk.map_err(|why| broken(http::innermost(&why)))? else {
                return Ok(None);
            };
            let mut messages = Vec::new();
            self.parser
                .push(&bytes, &mut messages)
                .map_err(|why| broken(why.to_string()))?;
            self.waiting.extend(messages);
        }
    }
}

/// Events with a name that we do not know are skipped: a newer server may have more to say.
fn read(message: &Message) -> Result<Option<(Option<Cursor>, StreamEvent)>, String> {
    let data = &message.data;
    let event = match message.event.as_str() {
        "summary" => serde_json::from_str(data).map(StreamEvent::Summary),
        "entry" => serde_json::from_str(data).map(StreamEvent::Entry),
        "viewers" => serde_json::from_str(data).map(StreamEvent::Viewers),
        "heartbeat" => serde_json::from_str(data)
            .map(|Beat { now, cursor }| StreamEvent::Heartbeat { now, cursor }),
        "reset" => serde_json::from_str(data).map(|Why { why }| StreamEvent::Reset { why }),
        _ => return Ok(None),
    };
    let event = event.map_err(|why| format!("event {}: {why}", message.event))?;
    let cursor = message.id.as_deref().map(str::parse).transpose()?;
    Ok(Some((cursor, event)))
}

//! Server-sent events, from bytes that arrive in any pieces to whole messages. What the messages
//! mean is not its concern; how large one may grow is.

/// More than the largest fact there is, and small enough that a broken server cannot fill memory.
/// Snapshots do not travel in streams.
pub const EVENT_LIMIT: usize = 8 * 1024 * 1024;

/// One event as it was dispatched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// The id that came with this event, if any.
    pub id: Option<String>,
    /// `message` when the event had no name.
    pub event: String,
    pub data: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an event is larger than {limit} bytes")]
pub struct Oversize {
    pub limit: usize,
}

/// Collects bytes into messages.
#[derive(Debug)]
pub struct Parser {
    limit: usize,
    line: Vec<u8>,
    after_return: bool,
    at_start: bool,
    id: Option<String>,
    event: String,
    data: Option<String>,
}

impl Parser {
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            line: Vec::new(),
            after_return: false,
            at_start: true,
            id: None,
            event: String::new(),
            data: None,
        }
    }

    /// Takes the next bytes and appends the messages they complete.
    ///
    /// # Errors
    /// When an event grows beyond the limit; the stream cannot be continued then.
    pub fn push(&mut self, bytes: &[u8], messages: &mut Vec<Message>) -> Result<(), Oversize> {
        for piece in bytes.split_inclusive(|byte| matches!(byte, b'\n' | b'\r')) {
            let (text, end) = match piece {
                [text @ .., end @ (b'\n' | b'\r')] => (text, Some(*end)),
                text => (text, None),
            };
            let second_half = self.after_return && text.is_empty() && end == Some(b'\n');
            self.after_return = end == Some(b'\r');
            if second_half {
                continue;
            }
            let held = self.line.len() + self.data.as_ref().map_or(0, String::len);
            if held + text.len() > self.limit {
                return Err(Oversize { limit: self.limit });
            }
            self.line.extend_from_slice(text);
            if end.is_some() {
                messages.extend(self.end_line());
            }
        }
        Ok(())
    }

    fn end_line(&mut self) -> Option<Message> {
        let bytes = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&bytes);
        let mut line = &*text;
        if std::mem::take(&mut self.at_start) {
            line = line.strip_prefix('\u{feff}').unwrap_or(line);
        }
        if line.is_empty() {
            return self.dispatch();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            },
            "event" => value.clone_into(&mut self.event),
            "id" if !value.contains('\0') => self.id = Some(value.to_owned()),
            // An empty field is a comment; `retry` is ours to decide; the rest is for later versions.
            _ => {}
        }
        None
    }

    /// An event without data is dropped, as the standard says.
    fn dispatch(&mut self) -> Option<Message> {
        let id = self.id.take();
        let event = std::mem::take(&mut self.event);
        let data = self.data.take()?;
        let event = if event.is_empty() {
            "message".to_owned()
        } else {
            event
        };
        Some(Message { id, event, data })
    }
}

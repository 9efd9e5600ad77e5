//! Keys inside a line of text. Control characters never get in, so what is typed or pasted cannot
//! reach the terminal as anything but text.

use crate::tui::chord::{Code, Key};
use tui_input::{Input, InputRequest};

/// Longer than any reason somebody wants to read; a bound on what can be pasted.
const LONGEST: usize = 500;

/// Changes the text by a key; whether anything but the cursor is different now.
pub(super) fn edit(input: &mut Input, key: Key) -> bool {
    let before = input.value().len();
    let request = match (key.ctrl, key.code) {
        (false, Code::Char(c)) => return insert(input, c.encode_utf8(&mut [0; 4])),
        (false, Code::Backspace) | (true, Code::Char('h')) => InputRequest::DeletePrevChar,
        (false, Code::Delete) => InputRequest::DeleteNextChar,
        (false, Code::Left) => InputRequest::GoToPrevChar,
        (false, Code::Right) => InputRequest::GoToNextChar,
        (false, Code::Home) | (true, Code::Char('a')) => InputRequest::GoToStart,
        (false, Code::End) | (true, Code::Char('e')) => InputRequest::GoToEnd,
        (true, Code::Char('w')) => InputRequest::DeletePrevWord,
        (true, Code::Char('u')) => InputRequest::DeleteLine,
        (true, Code::Char('k')) => InputRequest::DeleteTillEnd,
        _ => return false,
    };
    // The answer only says what changed, which the length tells as well.
    let _changed = input.handle(request);
    input.value().len() != before
}

/// Adds text at the cursor, line breaks and tabs as spaces; whether any of it was taken.
pub(super) fn insert(input: &mut Input, text: &str) -> bool {
    let before = input.value().len();
    let room = LONGEST.saturating_sub(input.value().chars().count());
    let plain = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c });
    for c in plain.filter(|c| !c.is_control()).take(room) {
        let _changed = input.handle(InputRequest::InsertChar(c));
    }
    input.value().len() != before
}

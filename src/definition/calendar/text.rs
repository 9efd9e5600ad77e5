//! The text of a calendar cut into events: lines unfolded, each event with where it begins, and of
//! its properties only those that say when it is. It knows no dates.

use super::Wrong;
use icalendar::parser::Component;

const EVENTS_MAX: usize = 2_000;
/// A line of all dates of a long series is far below this.
const LINE_MAX: usize = 64 * 1024;
/// Words on a screen; what is longer is cut.
const SUMMARY_MAX: usize = 80;

/// What an event is read from; everything else in it says nothing about when it is.
const WANTED: [&str; 11] = [
    "DTSTART",
    "DTEND",
    "DURATION",
    "RRULE",
    "RDATE",
    "EXDATE",
    "EXRULE",
    "SUMMARY",
    "STATUS",
    "UID",
    "RECURRENCE-ID",
];

/// One event.
#[derive(Debug)]
pub(super) struct Block<'a> {
    pub(super) line: usize,
    pub(super) component: Component<'a>,
}

/// Every event of a calendar that is whole.
pub(super) fn events(text: &str) -> Result<Vec<Block<'static>>, Wrong> {
    let mut found = Vec::new();
    // The components that are open, and the text of the event among them.
    let mut open: Vec<String> = Vec::new();
    let mut event: Option<(usize, String)> = None;
    let mut last = 1;
    for (number, line) in unfold(text) {
        last = number;
        let (name, value) = split(&line);
        match name.as_str() {
            "BEGIN" => {
                let kind = value.to_ascii_uppercase();
                if open.is_empty() != (kind == "VCALENDAR") || open.len() > 3 {
                    return Err((number, format!("{kind} cannot begin here")));
                }
                if kind == "VEVENT" && open.len() == 1 {
                    event = Some((number, String::new()));
                }
                open.push(kind);
            }
            "END" => {
                let kind = value.to_ascii_uppercase();
                if open.pop().as_ref() != Some(&kind) {
                    return Err((number, format!("{kind} ends here but did not begin")));
                }
                if open.len() == 1
                    && let Some((line, text)) = event.take()
                {
                    found.push(block(line, &text)?);
                }
            }
            _ if open.is_empty() => {
                return Err((
                    number,
                    "this is not an iCalendar file (BEGIN:VCALENDAR)".to_owned(),
                ));
            }
            // Only of the event itself, not of the reminders in it.
            _ if open.len() == 2 && WANTED.contains(&name.as_str()) => {
                if let Some((_, text)) = &mut event {
                    text.push_str(&line);
                    text.push('\n');
                }
            }
            _ => {}
        }
        if line.len() > LINE_MAX && WANTED.contains(&name.as_str()) {
            return Err((number, format!("{name} has more than {LINE_MAX} bytes")));
        }
        if found.len() > EVENTS_MAX {
            return Err((
                number,
                format!("the calendar has more than {EVENTS_MAX} events"),
            ));
        }
    }
    match open.last() {
        Some(kind) => Err((
            last,
            format!("the file ends inside {kind}: it is not whole"),
        )),
        None if last == 1 => Err((1, "the calendar is empty".to_owned())),
        None => Ok(found),
    }
}

fn block(line: usize, text: &str) -> Result<Block<'static>, Wrong> {
    let whole = format!("BEGIN:VEVENT\n{text}END:VEVENT\n");
    let component = Component::try_from(whole.as_str()).map_err(|_where_in_the_excerpt| {
        let what = "the event is not written as RFC 5545 says";
        (line, what.to_owned())
    })?;
    let component = Component {
        name: component.name.into_owned(),
        properties: component.properties.into_iter().map(owned).collect(),
        components: Vec::new(),
    };
    Ok(Block { line, component })
}

fn owned(property: icalendar::parser::Property<'_>) -> icalendar::parser::Property<'static> {
    let params = property.params.into_iter();
    icalendar::parser::Property {
        name: property.name.into_owned(),
        val: property.val.into_owned(),
        params: params
            .map(|parameter| icalendar::parser::Parameter {
                key: parameter.key.into_owned(),
                val: parameter
                    .val
                    .map(icalendar::parser::ParseString::into_owned),
            })
            .collect(),
    }
}

/// Logical lines with the number of the physical one each begins on.
fn unfold(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (n, line) in text.lines().enumerate() {
        let folded = line.strip_prefix([' ', '\t']);
        match (folded, lines.last_mut()) {
            (Some(rest), Some((_, before))) => before.push_str(rest),
            _ if line.trim().is_empty() => {}
            _ => lines.push((n + 1, line.to_owned())),
        }
    }
    lines
}

/// The name of a line's property in capitals, and what stands after the first colon.
fn split(line: &str) -> (String, &str) {
    let name = line.split([':', ';']).next().unwrap_or_default();
    let value = line.split_once(':').map_or("", |(_, value)| value);
    (name.trim().to_ascii_uppercase(), value.trim())
}

/// What the event is called, fit for a line on a screen.
pub(super) fn summary(component: &Component<'_>) -> String {
    let Some(property) = component.find_prop("SUMMARY") else {
        return "an event without a name".to_owned();
    };
    let text = property.val.clone().unescape_text();
    let plain = text
        .as_str()
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c });
    plain.take(SUMMARY_MAX).collect()
}

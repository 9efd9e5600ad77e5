//! What became of a command that was sent, in the place of the fields.

use crate::{
    model::Time,
    tui::{
        dialog::{Dialog, Phase},
        text::{clock, wrap},
        theme::Role,
        widgets::{Canvas, Line, canvas::below},
    },
};
use ratatui::layout::Rect;

pub(super) fn draw(dialog: &Dialog, now: Time, canvas: &mut Canvas<'_>, area: Rect) {
    let width = usize::from(area.width);
    let lines: Vec<Line> = told(dialog, now)
        .iter()
        .flat_map(|(role, text)| {
            wrap(text, width)
                .into_iter()
                .map(|line| Line::of(*role, line))
        })
        .collect();
    let area = below(area, 1);
    let used = canvas.lines(area, &lines);
    canvas.line(
        below(area, used + 1),
        &Line::of(Role::Key, "Esc").then(Role::Label, " closes this panel"),
    );
}

/// The words for how far it has come; said without doubt only where there is none.
fn told(dialog: &Dialog, now: Time) -> Vec<(Role, String)> {
    let key = dialog
        .key
        .as_ref()
        .map_or_else(String::new, ToString::to_string);
    match &dialog.phase {
        Phase::Filling => Vec::new(),
        Phase::Sent { at } => vec![
            (
                Role::Title,
                format!(
                    "SENT {}, {} ago, key {key}",
                    clock(*at),
                    now.since(*at).short()
                ),
            ),
            (
                Role::Plain,
                "If this screen or your link dies, the server still carries it out.".to_owned(),
            ),
        ],
        Phase::Accepted { at, revision } => vec![
            (
                Role::Good,
                format!("ACCEPTED {} as revision {revision}, key {key}", clock(*at)),
            ),
            (
                Role::Plain,
                "It goes on by itself. Esc closes; e shows what happens.".to_owned(),
            ),
        ],
        Phase::Refused(refusal) => vec![
            (Role::Danger, "REFUSED, nothing was done".to_owned()),
            (Role::Plain, refusal.to_string()),
        ],
        Phase::NotSent(why) => vec![
            (Role::Danger, "NOT SENT, nothing was done".to_owned()),
            (Role::Plain, why.clone()),
        ],
        Phase::Unknown {
            sent,
            why,
            tries,
            next,
        } => vec![
            (
                Role::Danger,
                format!("UNKNOWN OUTCOME: sent {}, no answer: {why}", clock(*sent)),
            ),
            (
                Role::Plain,
                format!(
                    "NOT sent again. Asking about key {key}: try {tries}, next in {}",
                    next.since(now).short()
                ),
            ),
        ],
    }
}

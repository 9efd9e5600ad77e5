//! The dialog of a command: what the server says would happen, the fields, and at the bottom two
//! buttons of which Cancel comes first. What does not fit is a page further; the buttons and what
//! the dialog has to say to the last key are always seen. Beneath it the command line that does the
//! same.

mod bottom;
mod fields;
mod outcome;
mod plan;

use crate::{
    model::Class,
    tui::{
        app::App,
        dialog::{Dialog, Focus, Phase, Preview},
        screen::Screen,
        text::wrap,
        theme::Role,
        view::{board::left_pane, footer},
        widgets::{Canvas, Line, frame},
    },
};
use ratatui::layout::Rect;

/// Wide enough for a plan; wider only makes lines hard to follow.
const WIDTH: u16 = 80;
/// Lines beneath the frame for the command line, at the most.
const TWIN: usize = 3;
/// Lines at the bottom that do not scroll: what is missing or was wrong, and the buttons.
const BOTTOM: u16 = 2;

/// What scrolls: lines of text, then the rows of the fields.
struct Content {
    lines: Vec<Line>,
    /// Rows of fields: which field, and which of its rows.
    rows: Vec<(usize, usize)>,
}

pub(super) fn draw(app: &App, dialog: &Dialog, canvas: &mut Canvas<'_>, body: Rect) {
    let width = body.width.min(WIDTH);
    let content = content(app, dialog, usize::from(width.saturating_sub(4)));
    let wanted = u16::try_from(content.len()).unwrap_or(u16::MAX);
    let twin = match body.height {
        0..18 => Vec::new(),
        18.. => command_line(dialog, usize::from(width)),
    };
    let beneath = u16::try_from(twin.len()).unwrap_or(0);
    let height = wanted
        .saturating_add(BOTTOM + 2)
        .min(body.height.saturating_sub(beneath));
    let area = Rect {
        x: body.x + (pane(app, body) - width) / 2,
        y: body.y + (body.height - height - beneath) / 3,
        width,
        height,
    };
    footer::clear(
        canvas,
        Rect {
            height: height + beneath,
            ..area
        },
    );
    let inner = frame(canvas, area, &title(app, dialog), &age(app, dialog));
    let inner = Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(2),
        ..inner
    };
    let room = Rect {
        height: inner.height.saturating_sub(BOTTOM),
        ..inner
    };
    let first = content.first(dialog, usize::from(room.height));
    content.draw(dialog, canvas, room, first);
    pages(
        canvas,
        area,
        (first, usize::from(room.height), content.len()),
    );
    let bottom = Rect {
        y: room.bottom(),
        height: BOTTOM,
        ..inner
    };
    bottom::draw(app, dialog, canvas, bottom);
    let place = Rect {
        y: area.bottom(),
        height: beneath,
        ..area
    };
    canvas.lines(place, &twin);
}

/// The width that the dialog is in the middle of. On a wide board that is the left part: the newest
/// events and the chart of the alarm stay in sight beside it.
fn pane(app: &App, body: Rect) -> u16 {
    let left = left_pane(body.width);
    if matches!(app.screen(), Screen::Board(_)) && left >= WIDTH {
        left
    } else {
        body.width
    }
}

fn content(app: &App, dialog: &Dialog, width: usize) -> Content {
    if !matches!(dialog.phase, Phase::Filling) {
        return Content {
            lines: outcome::lines(app, dialog, width),
            rows: Vec::new(),
        };
    }
    let mut lines = plan::lines(app, dialog, width);
    let rows = fields::rows(dialog);
    if !rows.is_empty() {
        lines.push(Line::default());
    }
    Content { lines, rows }
}

impl Content {
    fn len(&self) -> usize {
        self.lines.len() + self.rows.len()
    }

    /// The first line to show: of the page that was asked for, else so that the focused field is
    /// seen with what follows it. On Cancel that is the beginning, so that a dialog opens there.
    fn first(&self, dialog: &Dialog, room: usize) -> usize {
        let last = self.len().saturating_sub(room);
        if let Some(page) = dialog.page {
            let pages = i64::try_from(self.len().div_ceil(room.max(1))).unwrap_or(1);
            let page = i64::from(page).rem_euclid(pages.max(1));
            return usize::try_from(page)
                .unwrap_or(0)
                .saturating_mul(room)
                .min(last);
        }
        match dialog.focus {
            Focus::Field(at) => {
                let row = self.rows.iter().position(|(field, _)| *field == at);
                (self.lines.len() + row.unwrap_or(0)).min(last)
            }
            Focus::Commit => last,
            Focus::Cancel if matches!(dialog.phase, Phase::Filling) => 0,
            // What happened last is at the end.
            Focus::Cancel => last,
        }
    }

    fn draw(&self, dialog: &Dialog, canvas: &mut Canvas<'_>, area: Rect, first: usize) {
        for (at, y) in (first..self.len()).zip(area.y..area.bottom()) {
            let row = Rect {
                y,
                height: 1,
                ..area
            };
            match (self.lines.get(at), at.checked_sub(self.lines.len())) {
                (Some(line), _) => canvas.line(row, line),
                (None, Some(rest)) => {
                    if let Some((field, nth)) = self.rows.get(rest) {
                        fields::draw(dialog, (*field, *nth), canvas, row);
                    }
                }
                (None, None) => {}
            }
        }
    }
}

/// On the lower edge: which lines are seen, when that is not all.
fn pages(canvas: &mut Canvas<'_>, area: Rect, (first, room, all): (usize, usize, usize)) {
    if all <= room {
        return;
    }
    let text = format!(
        " lines {}-{} of {all}, PageDown for more ",
        first + 1,
        (first + room).min(all)
    );
    let edge = Rect {
        x: area.x + 2,
        y: area.bottom().saturating_sub(1),
        width: area.width.saturating_sub(4),
        height: 1,
    };
    canvas.line(edge, &Line::of(Role::Warning, text));
}

/// What, and on what: the environment too, which is what people get wrong (S8).
fn title(app: &App, dialog: &Dialog) -> Line {
    let what = dialog.act.button().to_uppercase();
    let release = dialog.act.release();
    let release = release.map_or_else(String::new, |release| format!(" {release}"));
    let (env, pipeline) = (&app.ui.title, &dialog.pipeline);
    let about = match dialog.act.stage() {
        Some(stage) => format!(" {what}{release}: {env} > {pipeline} > {stage} "),
        None => format!(" {what}: {env} > {pipeline} "),
    };
    let (role, word) = match &dialog.phase {
        Phase::Filling => (Role::Label, class(dialog.class())),
        Phase::Sent { .. } => (Role::Title, "SENT"),
        Phase::Accepted { .. } => (Role::Good, "ACCEPTED"),
        Phase::Refused(_) | Phase::NotPermitted(_) => (Role::Danger, "REFUSED"),
        Phase::NotSent(_) => (Role::Danger, "NOT SENT"),
        Phase::Unknown { .. } => (Role::Danger, "UNKNOWN OUTCOME"),
    };
    match dialog.phase {
        Phase::Filling => Line::of(Role::Title, about).then(role, format!("({word}) ")),
        Phase::Sent { .. }
        | Phase::Accepted { .. }
        | Phase::Refused(_)
        | Phase::NotPermitted(_)
        | Phase::NotSent(_)
        | Phase::Unknown { .. } => Line::of(role, format!(" {word}:")).then(Role::Title, about),
    }
}

fn class(class: Class) -> &'static str {
    match class {
        Class::Safer => "safer",
        Class::Restore => "restores",
        Class::Riskier => "riskier",
        Class::RuleBreaking => "breaks a rule",
    }
}

fn age(app: &App, dialog: &Dialog) -> Line {
    let now = app.second();
    if let (false, Some(key)) = (matches!(dialog.phase, Phase::Filling), &dialog.key) {
        return Line::of(Role::Label, format!(" key {key} "));
    }
    match &dialog.preview {
        Preview::Asking { since } => Line::of(
            Role::Label,
            format!(" asking the server {} ", now.since(*since).short()),
        ),
        Preview::Ready(previewed) => {
            let old = now.since(previewed.at).short();
            Line::of(
                Role::Label,
                format!(" plan {}, {old} old ", previewed.plan.revision),
            )
        }
        Preview::Refused(_) | Preview::Failed(_) => Line::of(Role::Danger, " no plan "),
    }
}

/// The command line that does the same (UX.md, principle 8).
fn command_line(dialog: &Dialog, width: usize) -> Vec<Line> {
    let lines = wrap(&dialog.twin(), width.saturating_sub(6)).into_iter();
    lines
        .take(TWIN)
        .enumerate()
        .map(|(at, line)| {
            let label = if at == 0 { " CLI " } else { "     " };
            Line::of(Role::Label, label).then(Role::Plain, line)
        })
        .collect()
}

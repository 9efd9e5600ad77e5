//! Help in tabs: every key with what it does and why it may not, made from the keymap; what the signs
//! mean; what the terminal is taken for.

use crate::{
    model::Status,
    tui::{
        app::App,
        gate,
        keymap::Danger,
        report, rows,
        screen::{HelpScreen, HelpTab},
        text::wrap,
        theme::Role,
        view::list::{List, Pages},
        widgets::{Canvas, Column, Line, canvas::below},
    },
};
use ratatui::layout::Rect;

/// Lines kept for the selected key.
const DETAIL: u16 = 3;

pub(super) fn draw(app: &App, screen: &HelpScreen, canvas: &mut Canvas<'_>, body: Rect) {
    canvas.line(body, &tabs(screen.tab));
    let rest = Rect {
        height: body.height.saturating_sub(1),
        ..below(body, 1)
    };
    let width = usize::from(body.width.saturating_sub(2));
    match screen.tab {
        HelpTab::Here | HelpTab::Global => bindings(app, screen, canvas, rest),
        HelpTab::Signs => {
            let lines = signs(canvas, usize::from(body.width));
            canvas.lines(rest, &lines);
        }
        HelpTab::Terminal => {
            let mut lines = pairs(&report::now(app), width);
            let text = " y i copies this for a bug report.";
            lines.push(Line::of(Role::Label, text));
            canvas.lines(rest, &lines);
        }
        HelpTab::About => {
            let lines = ABOUT.iter().flat_map(|text| wrap(text, width));
            let lines: Vec<Line> = lines.map(|line| Line::plain(format!(" {line}"))).collect();
            canvas.lines(rest, &lines);
        }
    }
}

const ABOUT: [&str; 5] = [
    concat!(
        "pilothouse ",
        env!("CARGO_PKG_VERSION"),
        ", ",
        env!("CARGO_PKG_LICENSE")
    ),
    "The terminal that on-call operators use for continuous-deployment pipelines, and the engine behind it.",
    "No key changes a deployment: keys look, move, or open a dialog. Only the button of a dialog sends, once, what its plan says.",
    "Leaving, a lost link or a dead terminal never stops or changes what was sent. Every dialog shows the command line that does the same.",
    "To practise without harm: pilothouse --drill",
];

fn tabs(chosen: HelpTab) -> Line {
    HelpTab::ALL.into_iter().fold(Line::default(), |line, tab| {
        // The brackets say it where there is no colour.
        let (role, text) = if tab == chosen {
            (Role::Title, format!("[{}]", tab.title()))
        } else {
            (Role::Label, format!(" {} ", tab.title()))
        };
        line.then(role, text)
    })
}

/// The keys of a tab as a list, with the sentence about the selected one beneath.
fn bindings(app: &App, screen: &HelpScreen, canvas: &mut Canvas<'_>, body: Rect) {
    let rows = rows::help(app, screen);
    let filter = if screen.filter.is_empty() {
        "(none)".to_owned()
    } else {
        screen.filter.clone()
    };
    let head = Line::of(Role::Label, " filter: ")
        .then(Role::Plain, filter)
        .then(
            Role::Label,
            format!("   {} keys, made from the keymap; Enter runs", rows.len()),
        );
    canvas.line(body, &head);
    let columns = [
        Column::fixed("KEY", 16),
        Column::fixed("ACTION", 18),
        Column::fill("STATE"),
        Column::fixed("CLASS", 14).spare(1),
    ];
    let list = List {
        rows: &rows,
        selected: (!rows.is_empty()).then_some(screen.selected),
        pages: Pages::FromStart,
    };
    let area = Rect {
        height: body.height.saturating_sub(1 + DETAIL),
        ..below(body, 1)
    };
    list.draw(canvas, area, &columns, |binding, _| {
        let keys: Vec<String> = binding.keys.iter().map(ToString::to_string).collect();
        let state = match gate::disabled(app, binding.action) {
            Some(why) => Line::of(Role::Warning, format!("disabled: {why}")),
            None => Line::of(Role::Good, "ready"),
        };
        vec![
            Line::of(Role::Key, keys.join(", ")),
            Line::plain(binding.action.id()),
            state,
            Line::plain(class(binding.danger)),
        ]
    });
    let Some(binding) = rows.get(screen.selected) else {
        return;
    };
    // The reason in full: in the row there is seldom room for it.
    let why = gate::disabled(app, binding.action);
    let why = why.map_or_else(String::new, |why| format!(" Disabled: {why}."));
    let text = format!("{}{why}", binding.help);
    let lines = wrap(&text, usize::from(body.width.saturating_sub(2)));
    let lines: Vec<Line> = lines
        .into_iter()
        .map(|line| Line::plain(format!(" {line}")))
        .collect();
    let place = Rect {
        y: body.bottom() - DETAIL,
        height: DETAIL,
        ..body
    };
    canvas.lines(place, &lines);
}

/// Pairs one behind the other, as many in a line as fit whole.
fn pairs(pairs: &[(String, String)], width: usize) -> Vec<Line> {
    let mut lines = vec![Line::default()];
    for (what, how) in pairs {
        let pair = Line::of(Role::Label, format!(" {what} ")).then(Role::Plain, format!("{how}  "));
        let full = lines
            .last()
            .is_some_and(|line| !line.is_empty() && line.width() + pair.width() > width);
        if full {
            lines.push(Line::default());
        }
        if let Some(line) = lines.last_mut() {
            *line = std::mem::take(line).join(pair);
        }
    }
    lines
}

fn class(danger: Danger) -> &'static str {
    match danger {
        Danger::Look => "look",
        Danger::Safer => "safer",
        Danger::Restore => "restore",
        Danger::Riskier => "riskier",
        Danger::RuleBreaking => "rule-breaking",
    }
}

/// Every sign with its word, in as many lines as they need.
fn signs(canvas: &Canvas<'_>, width: usize) -> Vec<Line> {
    let roles = Status::ALL
        .into_iter()
        .map(Role::Status)
        .chain([Role::Overridden]);
    let mut lines = vec![Line::of(Role::Label, " signs")];
    for role in roles {
        let sign = Line::plain("  ")
            .then(role, canvas.theme.glyph(role).to_owned())
            .then(
                Role::Plain,
                format!(" {}", canvas.theme.word(role).to_lowercase()),
            );
        let full = lines
            .last()
            .is_some_and(|line| line.width() + sign.width() > width);
        if full {
            lines.push(Line::plain("      "));
        }
        if let Some(line) = lines.last_mut() {
            *line = std::mem::take(line).join(sign);
        }
    }
    lines
}

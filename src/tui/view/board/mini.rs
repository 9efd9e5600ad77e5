//! One stage as a small card, nine columns wide: enough to see every stage at once. What a large
//! card says in words is here a sign, a release and a number.

use crate::{
    model::Status,
    tui::{
        app::App,
        query::Card,
        text::{ago, middle_cut},
        theme::Role,
        widgets::{Canvas, Line, canvas::below, frame, glyph},
    },
};
use ratatui::layout::Rect;

pub(super) fn draw(
    app: &App,
    card: &Card<'_>,
    (at, selected): (usize, bool),
    canvas: &mut Canvas<'_>,
    area: Rect,
) {
    let (role, mark) = if selected {
        (Role::Selection, ">")
    } else {
        (Role::Title, "")
    };
    let name = format!("{} {}", at + 1, card.view.stage);
    let room = usize::from(area.width).saturating_sub(2 + mark.len());
    let name = middle_cut(&name, room).into_owned();
    let title = Line::of(Role::Key, mark).then(role, name);
    let inner = frame(canvas, area, &title, &Line::default());
    let release = card.view.release.map(|release| release.to_string());
    let sign = glyph(canvas.theme, Role::Status(card.view.status));
    let question = if app.link.last().is_none() { "?" } else { "" };
    canvas.ends(
        inner,
        &sign.then(Role::Plain, question),
        &Line::of(Role::Title, release.unwrap_or_default()),
    );
    canvas.lines(below(inner, 1), &lines(app, card, canvas));
}

fn lines(app: &App, card: &Card<'_>, canvas: &Canvas<'_>) -> Vec<Line> {
    let status = Role::Status(card.view.status);
    // The two words that are too long.
    let word = if card.view.status == Status::Superseded {
        "SKIPPED"
    } else if card.view.status == Status::Rollback {
        "ROLL BK"
    } else {
        canvas.theme.word(status)
    };
    let mut lines = vec![Line::of(status, word.to_owned())];
    if let Some(since) = card.view.since {
        lines.push(Line::plain(ago(since, app.shown_now())));
    }
    if let Some((done, total)) = card.deploy.filter(|(done, total)| done < total) {
        lines.push(Line::plain(format!("{done}/{total}")));
    }
    if let Some(bake) = &card.baking {
        let pause = if bake.paused.is_some() { "!" } else { "" };
        lines.push(Line::plain(format!("~{}{pause}", bake.healthy.short())));
    }
    let standing = card.blockers.iter().filter(|b| b.blocks()).count();
    if standing > 0 {
        lines.push(Line::of(Role::Warning, format!("{standing} block")));
    }
    if card.alarms.firing > 0 {
        lines.push(Line::of(
            Role::Danger,
            format!("{} fire", card.alarms.firing),
        ));
    }
    lines
}

//! A release on a few lines, beneath its changes: where it runs beside the others, what tested it,
//! how it bakes and what it was built to. The tabs tell each of them in full.

use crate::{
    model::{ChangeSize, Pipeline, Release, ReleaseId, Status, board},
    tui::{
        app::App,
        query::{bake_rows, built, change_rows, place_rows, test_rows},
        text::{Sanitized, ago},
        theme::{Role, Theme},
        widgets::{Line, glyph},
    },
};

pub(super) fn lines(app: &App, pipeline: &Pipeline, release: &Release, theme: &Theme) -> Vec<Line> {
    let mut lines = vec![
        places(app, pipeline, release.id, theme),
        tests(pipeline, release.id, theme),
        bakes(pipeline, release.id),
        image(app, pipeline, release),
    ];
    lines.extend(size(pipeline, release.id));
    lines
}

fn label(text: &str) -> Line {
    Line::of(Role::Label, format!(" {text}")).to(8)
}

/// What most targets of each stage run, with the sign of the stage.
fn places(app: &App, pipeline: &Pipeline, id: ReleaseId, theme: &Theme) -> Line {
    let views = board(pipeline, &app.replica.org, app.shown_now());
    let status = |stage| {
        let mut views = views.iter();
        let own = views.find(|view| view.stage == stage);
        own.map_or(Status::NotYet, |view| view.status)
    };
    let rows = place_rows(pipeline, id).into_iter();
    rows.fold(label("WHERE"), |line, row| {
        let (own, _) = row.runs_it;
        let others = row.others.into_iter().max_by_key(|(_, targets)| *targets);
        let (role, runs) = match others {
            Some((other, targets)) if targets > own => (
                Role::Plain,
                other.map_or_else(|| "-".to_owned(), |other| other.to_string()),
            ),
            Some(_) | None if own > 0 => (Role::Title, id.to_string()),
            Some(_) | None => (Role::Plain, "-".to_owned()),
        };
        let sign = glyph(theme, Role::Status(status(row.stage.clone())));
        line.then(Role::Label, format!("{} ", row.stage))
            .then(role, runs)
            .join(sign)
            .then(Role::Plain, "  ")
    })
}

/// How much it brings, in files and lines.
fn size(pipeline: &Pipeline, id: ReleaseId) -> Option<Line> {
    let rows = change_rows(pipeline, id);
    let size = ChangeSize::sum(rows.iter().map(|row| row.change.size))?;
    Some(label("DIFF").then(Role::Plain, size.to_string()))
}

fn tests(pipeline: &Pipeline, id: ReleaseId, theme: &Theme) -> Line {
    let rows = test_rows(pipeline, id);
    if rows.is_empty() {
        return label("TESTS").then(Role::Label, "none under way: see Timeline");
    }
    let rows = rows.into_iter();
    rows.fold(label("TESTS"), |line, row| {
        let what = row.what.strip_prefix("test ").unwrap_or(&row.what);
        line.join(glyph(theme, Role::Status(row.status)))
            .then(Role::Plain, format!(" {} {what}  ", row.stage))
    })
}

fn bakes(pipeline: &Pipeline, id: ReleaseId) -> Line {
    let rows = bake_rows(pipeline, id);
    if rows.is_empty() {
        return label("BAKE").then(Role::Label, "none under way");
    }
    let rows = rows.into_iter();
    rows.fold(label("BAKE"), |line, (stage, bake)| {
        let (healthy, wanted) = (bake.healthy.short(), bake.wanted.short());
        let line = line.then(
            Role::Plain,
            format!("{stage} {healthy} of {wanted} healthy"),
        );
        let paused = bake.paused.map(|why| format!(" PAUSED: {why}"));
        line.then(Role::Warning, Sanitized::from(paused.unwrap_or_default()))
            .then(Role::Plain, "  ")
    })
}

fn image(app: &App, pipeline: &Pipeline, release: &Release) -> Line {
    let line = label("IMAGE");
    let Some(artifact) = &release.artifact else {
        return line.then(Role::Label, "not built yet");
    };
    let built = built(pipeline, release.id).map_or_else(String::new, |at| {
        format!("  built {} ago", ago(at, app.shown_now()))
    });
    let (role, signed) = match artifact.signature {
        Some(_) => (Role::Good, "signed"),
        None => (Role::Warning, "NOT SIGNED"),
    };
    let digest = format!(
        "{} sha256 {}{built}  ",
        artifact.file,
        artifact.digest.short()
    );
    line.then(Role::Plain, Sanitized::from(digest))
        .then(role, signed)
}

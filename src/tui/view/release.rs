//! One release: what is in it, what tested it, where it runs, what it was built to, when it went
//! where. Above the tabs what nobody must miss: quarantine, what in it alarms, and what taking it
//! back would mean.

mod summary;

use crate::{
    model::{Change, Person, Pipeline, Release, Span, StageName},
    tui::{
        app::App,
        query::{
            built, change_rows, column, comparison, containment, decisions, place_rows, safety,
            test_rows, trip_rows,
        },
        screen::{ReleaseScreen, ReleaseTab},
        text::{Sanitized, ago},
        theme::{Role, Theme},
        view::footer,
        widgets::{Canvas, Line, badge, canvas::below},
    },
};
use ratatui::layout::Rect;

pub(super) fn draw(app: &App, screen: &ReleaseScreen, canvas: &mut Canvas<'_>, body: Rect) {
    let Some(pipeline) = app.pipeline(&screen.pipeline) else {
        return footer::waiting(app, canvas, body);
    };
    let Some(release) = pipeline.releases.get(screen.release) else {
        let text = format!(" {} is not known here any more", screen.release);
        return canvas.line(body, &Line::of(Role::Warning, text));
    };
    let head = head(app, pipeline, release, canvas.theme);
    let used = canvas.lines(body, &head);
    let area = below(body, used);
    canvas.line(area, &tabs(pipeline, screen));
    let area = below(area, 1);
    let height = usize::from(area.height);
    let mut lines = match screen.tab {
        ReleaseTab::Changes => {
            let mut lines = changes(pipeline, screen);
            let summary = summary::lines(app, pipeline, release, canvas.theme);
            if lines.len() + summary.len() < height {
                lines.push(Line::default());
                lines.extend(summary);
            }
            lines
        }
        ReleaseTab::Tests => tests(pipeline, release, canvas.theme),
        ReleaseTab::Where => places(pipeline, release),
        ReleaseTab::Artifact => artifact(pipeline, release),
        ReleaseTab::Timeline => timeline(app, pipeline, release),
    };
    let top = screen.top.min(lines.len().saturating_sub(height));
    let rest = lines.split_off(top);
    canvas.lines(area, &rest);
    if rest.len() > height && height > 0 {
        let more = format!(" .. {} more: j", rest.len() - height + 1);
        let last = below(area, area.height - 1);
        footer::clear(canvas, last);
        canvas.line(last, &Line::of(Role::Label, more));
    }
}

/// What it is, and what must be known before anything is decided about it.
fn head(app: &App, pipeline: &Pipeline, release: &Release, theme: &Theme) -> Vec<Line> {
    let id = release.id;
    let age = ago(release.cut, app.shown_now());
    let authors: Vec<&str> = release
        .authors()
        .iter()
        .map(|author| author.login())
        .collect();
    let mut lines = vec![
        Line::of(Role::Title, format!(" {id}"))
            .then(Role::Label, "  commit ")
            .then(Role::Plain, release.sha.short().to_owned())
            .then(Role::Label, "  cut ")
            .then(Role::Plain, format!("{age} ago"))
            .then(Role::Label, "  by ")
            .then(Role::Plain, authors.join(", ")),
    ];
    let now = app.shown_now();
    if let Some(view) = column(pipeline, id, (&app.replica.org, now)) {
        let since = view
            .since
            .map_or_else(String::new, |since| format!(", {}", ago(since, now)));
        let line = Line::plain(" ")
            .join(badge(theme, view.status))
            .then(Role::Label, format!(" in {}{since}: ", view.stage))
            .then(Role::Plain, Sanitized::from(view.why));
        lines.push(line);
    }
    let (safe, of, one_way) = safety(pipeline, id);
    let role = if one_way.is_empty() && safe == of {
        Role::Good
    } else {
        Role::Warning
    };
    let mut back =
        format!(" going back: {safe} of {of} production targets have another good release kept");
    if !one_way.is_empty() {
        let named: Vec<&str> = one_way.iter().map(|change| change.sha.short()).collect();
        back = format!("{back}; ONE WAY: {}", named.join(" "));
    }
    lines.push(Line::of(role, back));
    let notes = containment(pipeline, id, (&app.replica.org, app.shown_now()));
    let notes = notes.into_iter().take(3);
    lines.extend(notes.map(|note| Line::of(Role::Danger, format!(" ! {note}"))));
    lines
}

fn tabs(pipeline: &Pipeline, screen: &ReleaseScreen) -> Line {
    let mut line = Line::plain(" ");
    for tab in ReleaseTab::ALL {
        let mut word = tab.word().to_owned();
        if tab == ReleaseTab::Changes {
            let brought = change_rows(pipeline, screen.release).len();
            word = format!("{word} {brought}");
        }
        line = if tab == screen.tab {
            line.then(Role::Title, format!("[{word}] "))
        } else {
            line.then(Role::Label, format!("{word} "))
        };
    }
    line.then(Role::Label, "  Tab switches, d compares")
}

/// What it brings, or what would come and go against a stage.
fn changes(pipeline: &Pipeline, screen: &ReleaseScreen) -> Vec<Line> {
    let id = screen.release;
    if let Some(stage) = &screen.against {
        return compared(pipeline, screen, stage);
    }
    let rows = change_rows(pipeline, id);
    let mut lines = vec![Line::of(
        Role::Label,
        "  COMMIT      AUTHOR      REVIEWED     TITLE",
    )];
    lines.extend(rows.iter().map(|row| {
        let inside = (row.from != id).then(|| format!(" (came with {})", row.from));
        change(row.change).then(Role::Label, inside.unwrap_or_default())
    }));
    if rows.is_empty() {
        lines.push(Line::of(
            Role::Label,
            "  nothing that the release before did not have",
        ));
    }
    lines
}

fn change(change: &Change) -> Line {
    let reviewers: Vec<&str> = change.reviewers.iter().map(Person::login).collect();
    let reviewers = if reviewers.is_empty() {
        "nobody".to_owned()
    } else {
        reviewers.join(",")
    };
    let way = if change.one_way { "ONE WAY " } else { "" };
    Line::of(Role::Key, format!("  {}", change.sha.short()))
        .to(14)
        .then(
            Role::Plain,
            Sanitized::from(change.author.login().to_owned()),
        )
        .to(26)
        .then(Role::Plain, Sanitized::from(reviewers))
        .to(39)
        .then(Role::Danger, way)
        .then(Role::Plain, change.title.clone())
}

fn compared(pipeline: &Pipeline, screen: &ReleaseScreen, stage: &StageName) -> Vec<Line> {
    let Some(found) = comparison(pipeline, screen.release, stage) else {
        let text = format!("  nothing certain runs in {stage}");
        return vec![Line::of(Role::Label, text)];
    };
    let head = |text: String| Line::of(Role::Label, text);
    let mut lines = vec![head(format!(
        "  against {} in {stage}: {} changes would come",
        found.with,
        found.come.len()
    ))];
    lines.extend(found.come.iter().map(|one| change(one)));
    lines.push(head(format!("  {} changes would go", found.go.len())));
    lines.extend(found.go.iter().map(|one| change(one)));
    lines
}

fn tests(pipeline: &Pipeline, release: &Release, theme: &Theme) -> Vec<Line> {
    let rows = test_rows(pipeline, release.id);
    let mut lines = vec![Line::of(
        Role::Label,
        "  STATE        STAGE      TOOK    WHAT",
    )];
    lines.extend(rows.into_iter().map(|row| {
        let took = row.took.map_or_else(|| "-".to_owned(), Span::short);
        Line::plain("  ")
            .join(badge(theme, row.status))
            .to(15)
            .then(Role::Plain, row.stage.to_string())
            .to(26)
            .then(Role::Plain, took)
            .to(34)
            .then(Role::Plain, row.what)
            .then(Role::Label, format!("  {}", row.note))
    }));
    if lines.len() == 1 {
        let text = "  no attempt of it is the newest of its stage any more: see Timeline";
        lines.push(Line::of(Role::Label, text));
    }
    lines
}

fn places(pipeline: &Pipeline, release: &Release) -> Vec<Line> {
    let rows = place_rows(pipeline, release.id);
    let mut lines = vec![Line::of(
        Role::Label,
        "  STAGE         RUNS IT    BESIDE IT",
    )];
    lines.extend(rows.into_iter().map(|row| {
        let (own, all) = row.runs_it;
        let role = if own > 0 { Role::Good } else { Role::Plain };
        let others = row.others.iter().map(|(release, targets)| match release {
            Some(release) => format!("{release} on {targets}"),
            None => format!("nothing certain on {targets}"),
        });
        Line::of(Role::Title, format!("  {}", row.stage))
            .to(16)
            .then(role, format!("{own} of {all}"))
            .to(27)
            .then(Role::Plain, others.collect::<Vec<_>>().join(", "))
    }));
    lines
}

fn artifact(pipeline: &Pipeline, release: &Release) -> Vec<Line> {
    let said = |label: &'static str, text: String| {
        Line::of(Role::Label, format!("  {label}"))
            .to(14)
            .then(Role::Plain, Sanitized::from(text))
    };
    let Some(artifact) = &release.artifact else {
        return vec![said("artifact", "not built yet".to_owned())];
    };
    let when = built(pipeline, release.id);
    let when = when.map_or_else(|| "not known here any more".to_owned(), |at| at.to_string());
    let signed = match &artifact.signature {
        Some(signature) => signature.to_string(),
        None => "none: it reaches no target".to_owned(),
    };
    let definition = pipeline.definition.as_ref();
    let digest = definition.map_or_else(String::new, |d| d.digest.to_string());
    let mut lines = vec![
        said(
            "file",
            format!("{}, {} bytes", artifact.file, artifact.bytes),
        ),
        said("sha256", artifact.digest.to_string()),
        said("signature", signed),
        said("built", when),
        said("commit", release.sha.to_string()),
    ];
    let also = release.also.iter();
    lines.extend(also.map(|(name, sha)| said("with", format!("{name} {sha}"))));
    lines.push(said("config", format!("{digest} (the definition now)")));
    lines
}

fn timeline(app: &App, pipeline: &Pipeline, release: &Release) -> Vec<Line> {
    let rows = trip_rows(pipeline, release);
    let mut lines = vec![Line::of(
        Role::Label,
        "  STARTED                  STAGE         TOOK    CAME TO",
    )];
    lines.extend(rows.into_iter().map(|row| {
        let end = row.ended.unwrap_or_else(|| app.shown_now());
        Line::plain(format!("  {}", row.started))
            .to(27)
            .then(Role::Title, row.stage.to_string())
            .to(41)
            .then(Role::Plain, ago(row.started, end))
            .to(49)
            .then(Role::Plain, row.word)
    }));
    let opened = app.replica.opened.get(&pipeline.name).into_iter();
    let entries = opened.flat_map(|opened| &opened.entries);
    let decided = decisions(pipeline, entries, release.id);
    if !decided.is_empty() {
        let head = "  WHAT PEOPLE AND STOPS SAID, as far as the events here go back";
        lines.extend([Line::default(), Line::of(Role::Label, head)]);
    }
    lines.extend(decided.into_iter().map(|row| {
        Line::plain(format!("  {}", row.at))
            .to(27)
            .then(Role::Title, row.stage)
            .to(41)
            .then(Role::Plain, format!("{} ", row.kind))
            .then(Role::Key, Sanitized::from(row.actor))
            .then(Role::Plain, Sanitized::from(format!(": {}", row.text)))
    }));
    lines
}

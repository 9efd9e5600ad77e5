//! The columns of the fleet list, by how wide the screen is and by what the rows of the page need.
//!
//! ```text
//! from  60   ST PIPELINE          S B b G 1 2 3 4  REL    SINCE  WHY
//! from 120   and OWNER, ON-CALL, PROD, BEHIND, NEXT MOVE
//! from 160   the release of every stage; from 200 ALARMS, BLOCKERS
//! ```
//!
//! Where no team has a rota, APPROVERS stand from 200 on for who is on call.
//!
//! ```text
//! ```

use crate::{
    model::{BlockerId, Cell, GroupName, ReleaseId, StageName, Status, Summary},
    tui::{
        app::App,
        query::{NextMove, next_move},
        screen::FleetScreen,
        text::{Names, ago, middle_cut},
        theme::{Role, Theme},
        view::fleet::initial,
        widgets::{Column, Line, glyph},
    },
};

/// From this width on owners and next moves have a column, from the second on every stage shows
/// its release, and from the third on nothing is left out.
const OWNERS: u16 = 120;
const RELEASES: u16 = 160;
const ALL: u16 = 200;

/// Cells for a stage: sign and release, a sign and a space, or the sign alone.
const STAGE_CELLS: [usize; 3] = [7, 2, 1];

/// How wide the columns are that depend on the rows of the page.
pub(super) struct Shape {
    width: u16,
    name: u16,
    names: Names,
    owner: u16,
    who: Option<Who>,
    blockers: u16,
    /// Cells of one stage.
    stage: usize,
    titles: String,
    stages: u16,
}

/// Who deals with the row, and in how many cells.
enum Who {
    OnCall(u16),
    Approvers(u16),
}

impl Shape {
    pub(super) fn of(app: &App, page: &[&Summary], width: u16) -> Self {
        let most = page.iter().map(|row| row.cells.len()).max().unwrap_or(0);
        let longest = if width >= OWNERS { 32 } else { 18 };
        let has_rotas = !app.replica.org.rotas.is_empty();
        let widest = |text: &dyn Fn(&Summary) -> usize, (least, most): (u16, u16)| {
            let cells = page.iter().map(|row| text(row)).max().unwrap_or(0);
            u16::try_from(cells).unwrap_or(most).clamp(least, most)
        };
        let name = widest(&|row| row.pipeline.as_str().len(), (8, longest));
        let room = usize::from(width) * 45 / 100;
        let releases = usize::from(width < RELEASES);
        let mut fitting = STAGE_CELLS.into_iter().skip(releases);
        let stage = fitting.find(|cells| most * cells <= room).unwrap_or(1);
        let stages = (most * stage).clamp(6, room.max(6));
        Self {
            width,
            name,
            names: Names::of(
                page.iter().map(|row| row.pipeline.as_str()),
                usize::from(name),
            ),
            owner: widest(&|row| row.owner.as_str().len(), (5, 12)),
            who: match width {
                0..OWNERS => None,
                _ if has_rotas => {
                    Some(Who::OnCall(widest(&|row| on_call(app, row).len(), (7, 12))))
                }
                ALL.. => Some(Who::Approvers(widest(&|row| approvers(row).len(), (9, 14)))),
                _ => None,
            },
            blockers: widest(&|row| blockers(row).len(), (8, 18)),
            stage,
            titles: titles(page, stage).unwrap_or_else(|| "STAGES".to_owned()),
            stages: u16::try_from(stages).unwrap_or(u16::MAX),
        }
    }

    pub(super) fn columns(&self) -> Vec<Column> {
        let mut columns = vec![Column::fixed("ST", 2), Column::fixed("PIPELINE", self.name)];
        if self.width >= OWNERS {
            columns.push(Column::fixed("OWNER", self.owner).spare(4));
        }
        match self.who {
            Some(Who::OnCall(cells)) => columns.push(Column::fixed("ON-CALL", cells).spare(3)),
            Some(Who::Approvers(cells)) => {
                columns.push(Column::fixed("APPROVERS", cells).spare(6));
            }
            None => {}
        }
        columns.push(Column::fixed(self.titles.clone(), self.stages).spare(1));
        columns.push(Column::fixed("REL", 5).spare(3));
        if self.width >= OWNERS {
            columns.push(Column::fixed("PROD", 5).spare(5));
            columns.push(Column::fixed("BEHIND", 6).right().spare(5));
        }
        columns.push(Column::fixed("SINCE", 6).right().spare(2));
        if self.width >= ALL {
            columns.push(Column::fixed("ALARMS", 6).right().spare(7));
            columns.push(Column::fixed("BLOCKERS", self.blockers).spare(8));
        }
        columns.push(Column::fill("WHY"));
        if self.width >= OWNERS {
            let cells = if self.width >= ALL { 23 } else { 20 };
            columns.push(Column::fixed("NEXT MOVE", cells).spare(9));
        }
        columns
    }
}

/// Titles over the stages, when all pipelines of the page have the same ones.
fn titles(page: &[&Summary], cells: usize) -> Option<String> {
    let (first, others) = page.split_first()?;
    let names = |row: &'_ Summary| row.cells.iter().map(|cell| cell.stage.clone()).collect();
    let names: Vec<StageName> = names(first);
    let same = |row: &&Summary| row.cells.iter().map(|cell| &cell.stage).eq(&names);
    let title = |stage: &StageName| {
        let name = if cells > 2 {
            middle_cut(stage.as_str(), cells - 1).into_owned()
        } else {
            initial(stage.as_str()).to_string()
        };
        format!("{name:<cells$}")
    };
    let titles = || names.iter().map(title).collect::<String>();
    others
        .iter()
        .all(same)
        .then(|| titles().trim_end().to_owned())
}

pub(super) fn cells(
    app: &App,
    row: &Summary,
    shape: &Shape,
    (theme, screen): (&Theme, &FleetScreen),
) -> Vec<Line> {
    let name = shape.names.fit(row.pipeline.as_str()).into_owned();
    let marked = screen.marked.contains(&row.pipeline);
    let star = Line::of(Role::Human, if marked { "*" } else { "" });
    let since = row.since.map(|since| ago(since, app.shown_now()));
    let release =
        |id: Option<ReleaseId>| Line::plain(id.map_or("-".to_owned(), |id| id.to_string()));
    let detail = &row.detail;
    let mut cells = vec![state(app, row, theme).join(star), Line::plain(name)];
    if shape.width >= OWNERS {
        cells.push(Line::plain(row.owner.to_string()));
    }
    match shape.who {
        Some(Who::OnCall(_)) => cells.push(Line::plain(on_call(app, row))),
        Some(Who::Approvers(_)) => cells.push(Line::plain(approvers(row))),
        None => {}
    }
    cells.push(stages(&row.cells, shape.stage, theme));
    cells.push(release(row.release));
    if shape.width >= OWNERS {
        cells.push(release(detail.production));
        cells.push(Line::plain(detail.behind.to_string()));
    }
    cells.push(Line::plain(since.unwrap_or_default()));
    if shape.width >= ALL {
        let (firing, of) = detail.alarms;
        let role = if firing > 0 {
            Role::Danger
        } else {
            Role::Plain
        };
        cells.push(Line::of(role, format!("{firing}/{of}")));
        cells.push(Line::plain(blockers(row)));
    }
    cells.push(Line::plain(row.why.clone()));
    if shape.width >= OWNERS {
        cells.push(next(app, row));
    }
    cells
}

/// The sign of the state; what a dead link shows may be wrong by now, and says so.
fn state(app: &App, row: &Summary, theme: &Theme) -> Line {
    let sign = glyph(theme, Role::Status(row.status));
    if app.link.last().is_none() {
        sign.join(glyph(theme, Role::Status(Status::NoData)))
    } else {
        sign
    }
}

fn stages(cells: &[Cell], width: usize, theme: &Theme) -> Line {
    let mut line = Line::default();
    for (at, cell) in cells.iter().enumerate() {
        line = line
            .to(at * width)
            .join(glyph(theme, Role::Status(cell.status)));
        if let Some(release) = cell.release.filter(|_| width > 2) {
            line = line.then(Role::Plain, release.to_string());
        }
    }
    line
}

fn on_call(app: &App, row: &Summary) -> String {
    let org = &app.replica.org;
    let who = org.who_is_on_call(&row.owner, app.shown_now());
    who.map_or_else(String::new, ToString::to_string)
}

fn approvers(row: &Summary) -> String {
    let groups: Vec<&str> = row.detail.approvers.iter().map(GroupName::as_str).collect();
    groups.join(" ")
}

/// How many blockers, and the first ones by name.
fn blockers(row: &Summary) -> String {
    // `window/business-hours`: what kind it is says the reason beside it.
    let name = |id: &'_ BlockerId| id.0.rsplit('/').next().unwrap_or_default().to_owned();
    let named: Vec<String> = row.detail.blockers.iter().map(name).collect();
    match named.len() {
        0 => "0".to_owned(),
        n => format!("{n} {}", named.join(",")),
    }
}

/// The next best action in few words.
pub(super) fn next(app: &App, row: &Summary) -> Line {
    match next_move(app, row) {
        NextMove::Nothing => Line::of(Role::Label, "none needed"),
        NextMove::Wait(at) => {
            let text = format!("none, clears {}", app.times().moment(at));
            Line::plain(text)
        }
        NextMove::Yours(what) => Line::of(Role::Human, format!("{what} (you)")),
        NextMove::Somebody(what) => Line::plain(what),
    }
}

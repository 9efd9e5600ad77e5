//! The rows of the fleet list: those of the saved view that pass the filter, in the order of its
//! sort, which the roster keeps.

use crate::{
    model::{Actor, GroupName, Org, PipelineName, Status, Summary, Ticket},
    tui::{
        app::App,
        filter::{Field, Filter},
        screen::{FleetScreen, FleetView, Screen, page_top},
    },
};

/// The fields that a filter of the fleet may ask for alone.
const FIELDS: [&str; 3] = ["st", "own", "svc"];

/// One page of the fleet list.
#[derive(Debug)]
pub struct FleetRows<'a> {
    pub page: Vec<&'a Summary>,
    /// How many rows stand before the page, and how many there are in all.
    pub first: usize,
    pub of: usize,
    /// The selected row, counted from the first of all.
    pub selected: Option<usize>,
}

/// All rows, in order.
pub fn fleet<'a>(app: &'a App, screen: &FleetScreen) -> Vec<&'a Summary> {
    let asked = Asked::of(app, screen);
    let rows = app.replica.rows.sorted(screen.sort);
    rows.filter(|row| asked.shows(row)).collect()
}

/// The page of `height` rows that holds the selected one.
pub fn page<'a>(app: &'a App, screen: &FleetScreen, height: usize) -> FleetRows<'a> {
    let rows = fleet(app, screen);
    let selected = selected(app, screen);
    let at = selected.and_then(|selected| rows.iter().position(|row| std::ptr::eq(*row, selected)));
    let of = rows.len();
    let first = page_top(at.unwrap_or(0), height).min(of);
    let last = (first + height).min(of);
    FleetRows {
        page: rows[first..last].to_vec(),
        first,
        of,
        selected: at,
    }
}

/// The pipeline under the cursor of the fleet list: the one chosen if it is shown, else the first
/// row.
pub fn selected_pipeline(app: &App) -> Option<&PipelineName> {
    let Some(Screen::Fleet(screen)) = app.ui.screens.first() else {
        return None;
    };
    selected(app, screen).map(|row| &row.pipeline)
}

fn selected<'a>(app: &'a App, screen: &FleetScreen) -> Option<&'a Summary> {
    let asked = Asked::of(app, screen);
    let chosen = screen.selected.as_ref();
    let chosen = chosen.and_then(|name| app.replica.rows.get(name));
    let first = || {
        let mut rows = app.replica.rows.sorted(screen.sort);
        rows.find(|row| asked.shows(row))
    };
    chosen.filter(|row| asked.shows(row)).or_else(first)
}

/// What a screen asks of a row, made ready once.
struct Asked<'a> {
    screen: &'a FleetScreen,
    filter: Filter,
    me: Me<'a>,
}

/// Who looks, and what makes a pipeline or a ticket their own.
#[derive(Debug)]
pub struct Me<'a> {
    operator: Option<&'a Actor>,
    groups: Vec<&'a GroupName>,
}

impl<'a> Asked<'a> {
    fn of(app: &'a App, screen: &'a FleetScreen) -> Self {
        Self {
            screen,
            filter: Filter::parse(&screen.filter, &FIELDS),
            me: Me::of(app),
        }
    }

    fn shows(&self, row: &Summary) -> bool {
        let in_view = match self.screen.view {
            FleetView::Attention | FleetView::All => true,
            FleetView::Mine => self.me.is_waited_for_by(row),
            FleetView::Team => self.me.is_of_my_team(row),
            FleetView::Marked => self.screen.marked.contains(&row.pipeline),
        };
        in_view && (self.filter.is_empty() || self.matches(row))
    }

    fn matches(&self, row: &Summary) -> bool {
        let field = |name, text| Field { name, text };
        let status = row.status.word();
        // `st:no-data` is typed without a space.
        let joined = status.replace(' ', "-");
        self.filter.matches(&[
            field("", row.pipeline.as_str()),
            field("svc", row.service.as_str()),
            field("own", row.owner.as_str()),
            field("", row.why.as_str()),
            field("st", &joined),
            field("", status),
        ])
    }
}

impl<'a> Me<'a> {
    pub(super) fn of(app: &'a App) -> Self {
        Self::new(app.replica.operator.as_ref(), &app.replica.org)
    }

    pub fn new(operator: Option<&'a Actor>, org: &'a Org) -> Self {
        Self {
            operator,
            groups: operator.map_or_else(Vec::new, |operator| groups(org, operator)),
        }
    }

    /// Whether a ticket is the operator's: they deal with it, or nobody does and the pipeline is
    /// one of their own.
    pub fn has(&self, row: &Summary, ticket: &Ticket) -> bool {
        let holder = ticket.assignee.as_ref();
        let holder = holder.or(ticket.acknowledged.as_ref().map(|(by, _)| by));
        match holder {
            Some(holder) => Some(holder) == self.operator,
            None => self.owns(row),
        }
    }

    /// Whether a pipeline is one of the operator's own: of their team, or waiting for them.
    fn owns(&self, row: &Summary) -> bool {
        self.is_of_my_team(row) || self.is_waited_for_by(row)
    }

    fn is_waited_for_by(&self, row: &Summary) -> bool {
        let detail = &row.detail;
        let Some(me) = self.operator else {
            return false;
        };
        let approval = asks(row, &self.groups);
        let mut tickets = detail.tickets.iter();
        let ticket = tickets.any(|ticket| ticket.assignee.as_ref() == Some(me));
        let mut authors = detail.authors.iter();
        let change = authors.any(|author| author.eq_ignore_ascii_case(me.as_str()));
        approval || ticket || change
    }

    fn is_of_my_team(&self, row: &Summary) -> bool {
        let mut groups = self.groups.iter();
        groups.any(|group| {
            group.as_str() == row.owner.as_str() || row.detail.approvers.contains(*group)
        })
    }
}

/// Pipelines that call for the operator, wherever they look: alarms and failures of their own, and
/// approvals that are asked of them.
pub fn callers(app: &App) -> impl Iterator<Item = &Summary> {
    let me = Me::of(app);
    let replica = app.frozen.as_ref().map_or(&app.replica, |f| &f.live);
    let urgent = [Status::Alarm, Status::Fail, Status::Approve].into_iter();
    let rows = urgent.flat_map(|status| replica.rows.of_status(status));
    rows.filter(move |row| {
        if row.status == Status::Approve {
            asks(row, &me.groups)
        } else {
            me.owns(row)
        }
    })
}

pub fn calling(app: &App) -> usize {
    callers(app).count()
}

/// Whether the operator is among those whom a pipeline asks for an approval now.
pub fn asks_me(app: &App, row: &Summary) -> bool {
    let operator = app.replica.operator.as_ref();
    operator.is_some_and(|operator| asks(row, &groups(&app.replica.org, operator)))
}

fn asks(row: &Summary, groups: &[&GroupName]) -> bool {
    let mut asked = row.detail.asked.iter();
    asked.any(|asked| asked.as_ref().is_none_or(|group| groups.contains(&group)))
}

/// The groups that somebody is in.
fn groups<'a>(org: &'a Org, operator: &Actor) -> Vec<&'a GroupName> {
    let all = org.groups.iter();
    all.filter(|(_, members)| members.contains(operator))
        .map(|(name, _)| name)
        .collect()
}

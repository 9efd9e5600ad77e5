//! What a key can mean. Actions look, move, or open something; none of them changes a deployment
//! (UX.md, S3). Which key does which is `keymap`; what happens then is `update`.

use crate::tui::{dialog::Deed, log::Way};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    Move(Motion),
    Left,
    Right,
    /// The columns of the board, when not all of them fit.
    Scroll(Side),
    /// To the stage of this number.
    ToStage(u8),
    NextPane,
    PreviousPane,
    /// To what waits for a human.
    Attention,
    /// To the tab beside, on a stage.
    Tab(Side),
    /// With the end of a log, or where one is.
    Follow,
    /// To the next line of a log that holds what was looked for.
    Find(Way),
    /// Why nothing moves, in full.
    Why,
    /// All columns as small cards, or a few as large ones.
    Fit,
    Open,
    Back,
    Cancel,
    /// Out of the program; with `Quit` the last frame stays.
    Leave,
    Quit,
    /// The mouse is listened to, or no longer.
    Mouse,
    Suspend,
    Redraw,
    Help,
    Filter,
    Palette,
    Sort,
    /// The next saved view of the fleet.
    View,
    /// Sets the selected row apart, or no longer.
    Mark,
    /// Remembers where one is; jumps there and back.
    Bookmark,
    Jump,
    Times,
    /// The screen stands still, or goes on.
    Freeze,
    Resync,
    ReadOnly,
    ReadWrite,
    List(Listing),
    /// Lists the alarms that are ok too, or no longer.
    ShowOk,
    /// The alarms of the whole fleet, or of the pipeline again.
    Everywhere,
    DayBack,
    DayOn,
    CopyLink,
    /// Open tickets of every pipeline; delivery figures.
    Tickets,
    Metrics,
    /// Compares a release with what runs in a stage.
    Compare,
    Definitions,
    /// The kinds of events that are listed.
    Kinds,
    /// The list as a file.
    Export,
    CopyJson,
    CopyId,
    CopyTwin,
    Record,
    Snap,
    /// Opens the dialog of a command.
    Ask(Verb),
}

/// Where the cursor goes among the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Motion {
    Down,
    Up,
    First,
    Last,
    PageDown,
    PageUp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    Left,
    Right,
}

/// A list about one pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Listing {
    Events,
    Alarms,
    Blockers,
    Release,
}

/// A command that a dialog can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    Approve,
    Reject,
    Override,
    Rollback,
    Hold,
    Lift,
    Retry,
    Undo,
    Yield,
    Ticket(Deed),
}

/// Every action with its name in the keymap file, on the help screen and in the palette.
const NAMED: &[(Action, &str)] = &[
    (Action::Move(Motion::Down), "move.down"),
    (Action::Move(Motion::Up), "move.up"),
    (Action::Move(Motion::First), "move.first"),
    (Action::Move(Motion::Last), "move.last"),
    (Action::Move(Motion::PageDown), "move.page-down"),
    (Action::Move(Motion::PageUp), "move.page-up"),
    (Action::Left, "move.left"),
    (Action::Right, "move.right"),
    (Action::Scroll(Side::Left), "board.scroll-left"),
    (Action::Scroll(Side::Right), "board.scroll-right"),
    (Action::ToStage(1), "stage.1"),
    (Action::ToStage(2), "stage.2"),
    (Action::ToStage(3), "stage.3"),
    (Action::ToStage(4), "stage.4"),
    (Action::ToStage(5), "stage.5"),
    (Action::ToStage(6), "stage.6"),
    (Action::ToStage(7), "stage.7"),
    (Action::ToStage(8), "stage.8"),
    (Action::NextPane, "pane.next"),
    (Action::PreviousPane, "pane.previous"),
    (Action::Attention, "pane.attention"),
    (Action::Fit, "board.fit"),
    (Action::Tab(Side::Left), "tab.previous"),
    (Action::Tab(Side::Right), "tab.next"),
    (Action::Follow, "log.follow"),
    (Action::Find(Way::On), "find.next"),
    (Action::Find(Way::Back), "find.previous"),
    (Action::Why, "why.open"),
    (Action::Open, "open"),
    (Action::Back, "back"),
    (Action::Cancel, "cancel"),
    (Action::Leave, "leave"),
    (Action::Quit, "quit"),
    (Action::Mouse, "mouse.switch"),
    (Action::Suspend, "suspend"),
    (Action::Redraw, "redraw"),
    (Action::Help, "help.open"),
    (Action::Filter, "filter.open"),
    (Action::Palette, "palette.open"),
    (Action::Sort, "fleet.sort"),
    (Action::View, "view.next"),
    (Action::Mark, "row.mark"),
    (Action::Bookmark, "place.bookmark"),
    (Action::Jump, "place.jump"),
    (Action::Times, "times.switch"),
    (Action::Freeze, "screen.freeze"),
    (Action::Resync, "link.resync"),
    (Action::ReadOnly, "access.read-only"),
    (Action::ReadWrite, "access.read-write"),
    (Action::List(Listing::Events), "events.open"),
    (Action::List(Listing::Alarms), "alarms.open"),
    (Action::List(Listing::Blockers), "blockers.open"),
    (Action::ShowOk, "alarms.show-ok"),
    (Action::Everywhere, "alarms.everywhere"),
    (Action::DayBack, "windows.day-back"),
    (Action::DayOn, "windows.day-on"),
    (Action::CopyLink, "copy.link"),
    (Action::List(Listing::Release), "release.open"),
    (Action::Tickets, "tickets.open"),
    (Action::Metrics, "metrics.open"),
    (Action::Compare, "release.compare"),
    (Action::Definitions, "metrics.definitions"),
    (Action::Kinds, "events.kinds"),
    (Action::Export, "list.export"),
    (Action::CopyJson, "copy.json"),
    (Action::CopyId, "copy.id"),
    (Action::CopyTwin, "copy.command"),
    (Action::Record, "record.write"),
    (Action::Snap, "snap.write"),
    (Action::Ask(Verb::Approve), "approve.open"),
    (Action::Ask(Verb::Reject), "reject.open"),
    (Action::Ask(Verb::Override), "override.open"),
    (Action::Ask(Verb::Rollback), "rollback.open"),
    (Action::Ask(Verb::Hold), "hold.open"),
    (Action::Ask(Verb::Lift), "lift.open"),
    (Action::Ask(Verb::Retry), "retry.open"),
    (Action::Ask(Verb::Undo), "undo.open"),
    (Action::Ask(Verb::Yield), "yield.open"),
    (
        Action::Ask(Verb::Ticket(Deed::Acknowledge)),
        "acknowledge.open",
    ),
    (Action::Ask(Verb::Ticket(Deed::Assign)), "assign.open"),
    (Action::Ask(Verb::Ticket(Deed::Note)), "note.open"),
    (Action::Ask(Verb::Ticket(Deed::Resolve)), "resolve.open"),
];

impl Action {
    pub fn all() -> impl Iterator<Item = Action> {
        NAMED.iter().map(|(action, _)| *action)
    }

    pub fn id(self) -> &'static str {
        let named = NAMED.iter().find(|(action, _)| *action == self);
        named.map_or("", |(_, id)| id)
    }

    pub fn parse(id: &str) -> Option<Self> {
        let named = NAMED.iter().find(|(_, known)| *known == id);
        named.map(|(action, _)| *action)
    }
}

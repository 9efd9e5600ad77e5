//! What a key can mean. Actions look, move, or open something; none of them changes a deployment
//! (UX.md, S3). Which key does which is `keymap`; what happens then is `update`.

use crate::tui::dialog::Deed;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    Move(Motion),
    Left,
    Right,
    NextPane,
    Open,
    Back,
    Cancel,
    Quit,
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

/// A list about one pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Listing {
    Events,
    Alarms,
    Blockers,
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
    (Action::NextPane, "pane.next"),
    (Action::Open, "open"),
    (Action::Back, "back"),
    (Action::Cancel, "cancel"),
    (Action::Quit, "quit"),
    (Action::Suspend, "suspend"),
    (Action::Redraw, "redraw"),
    (Action::Help, "help.open"),
    (Action::Filter, "filter.open"),
    (Action::Palette, "palette.open"),
    (Action::Sort, "fleet.sort"),
    (Action::View, "fleet.view"),
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

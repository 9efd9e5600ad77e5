//! What a key can mean. Actions look, move, or open something; none of them changes a deployment
//! (UX.md, S3). Which key does which is `keymap`; what happens then is `update`.

macro_rules! actions {
    ($($name:ident $id:literal,)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action { $($name,)* }

        impl Action {
            pub const ALL: &[Action] = &[$(Action::$name,)*];

            /// Its name in the keymap file, on the help screen and in the palette.
            pub fn id(self) -> &'static str {
                match self { $(Action::$name => $id,)* }
            }
        }
    };
}

actions! {
    Down "move.down",
    Up "move.up",
    First "move.first",
    Last "move.last",
    PageDown "move.page-down",
    PageUp "move.page-up",
    Left "move.left",
    Right "move.right",
    NextPane "pane.next",
    Open "open",
    Back "back",
    Cancel "cancel",
    Quit "quit",
    Suspend "suspend",
    Redraw "redraw",
    Help "help.open",
    Filter "filter.open",
    Palette "palette.open",
    Sort "fleet.sort",
    Times "times.switch",
    Resync "link.resync",
    Events "events.open",
    Alarms "alarms.open",
    Blockers "blockers.open",
    CopyId "copy.id",
    CopyTwin "copy.command",
    ReadOnly "access.read-only",
    Approve "approve.open",
    Reject "reject.open",
    Override "override.open",
    Rollback "rollback.open",
    Hold "hold.open",
    Lift "lift.open",
    Retry "retry.open",
}

impl Action {
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.id() == id)
    }
}

//! What the screens show, as plain data: pure functions from the replica and a moment to rows and
//! facts. Everything comes from the model's own questions (`board`, `blockers`, `summary`), so the
//! terminal never guesses. Which rows there are, and in which order, is `tui::rows`. It knows no
//! colours, no widths and no keys.

mod alarms;
mod card;
mod contents;
mod events;
mod fleet;
mod lanes;
mod metrics;
mod needs;
mod obstacles;
mod on_call;
mod others;
mod standing;
mod windows;

pub use alarms::{AlarmCount, AlarmRow, Chart, alarm_rows, chart, count};
pub use card::{Baking, Card, GateRow, Request, Source, card, gate_rows};
pub use contents::{
    ChangeRow, Comparison, PlaceRow, TestRow, TripRow, bake_rows, built, change_rows, column,
    comparison, containment, decisions, place_rows, safety, test_rows, trip_rows,
};
pub use events::{EventRow, asked, event};
pub use fleet::{NextMove, next_move};
pub use lanes::{LaneRow, TargetRow, lane_rows, target_rows};
pub use metrics::{FigureRow, figure_rows, share, span};
pub use needs::{Need, needs, remedy};
pub use obstacles::{kind_status, kind_word, passage_word};
pub use on_call::{next_on_call, on_call};
pub use others::others;
pub use standing::{Standing, standing_orders};
pub use windows::{WindowRow, next_change, window_rows};

//! The terminal that on-call engineers open. Keys and facts come in as events, `update` changes the
//! [`App`](app::App) and returns requests as data, `driver` (the only async part) carries them out,
//! `view` draws and never changes anything. It knows the server only through `client`, and nothing
//! of the engine, the service or the journal.
//!
//! ```text
//! terminal --Event--> update(&mut App) --Request--> driver --> client --> server
//!    feed --Event------^    |                          '-- answers come back as Event
//!                           '--> view(&App, &Theme, &mut Frame)
//! ```

pub mod action;
pub mod app;
pub mod chord;
pub mod dialog;
pub mod driver;
pub mod event;
pub mod filter;
pub mod gate;
pub mod keymap;
pub mod loaded;
pub mod log;
pub mod own;
pub mod paced;
pub mod paint;
pub mod palette;
pub mod pointer;
pub mod record;
pub mod report;
pub mod request;
pub mod roster;
pub mod rows;
pub mod screen;
pub mod still;
pub mod terminal;
pub mod update;
pub mod viewport;

pub mod query;
pub mod text;
pub mod theme;
pub mod view;
pub mod widgets;

pub use driver::{Bell, Clipboard, Distance, Exit, Options, TuiError, run};

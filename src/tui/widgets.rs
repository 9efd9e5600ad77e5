//! Pieces that screens are made of: they take sanitised text, roles and numbers, draw into a
//! buffer, and know no application.

mod badge;
mod bar;
pub mod canvas;
mod field;
mod frame;
mod line;
mod rule;
mod spark;
mod strip;
mod table;
mod timeline;

pub use badge::{badge, glyph};
pub use bar::bar;
pub use canvas::Canvas;
pub use field::{Cursor, field};
pub use frame::frame;
pub use line::Line;
pub use rule::{Shown, rule};
pub use spark::{Bar, SPARK_GUTTER, Spark};
pub use strip::strip;
pub use table::{Align, Column, Row, distance, shared, table};
pub use timeline::{Axis, Piece, Scale, Track, timeline};

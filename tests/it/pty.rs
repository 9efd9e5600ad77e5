//! The real program in a real pseudo-terminal: what an operator sees, types and gets back. Nothing in
//! here looks into the program; it knows keys, bytes, what a terminal makes of them, and processes.

mod decisions;
mod exits;
mod links;
mod looks;
mod own;
mod replies;
mod shop;
pub(crate) mod terminal;

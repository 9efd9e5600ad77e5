//! Every integration test, in one binary so that it links once.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it is"
)]
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a test looks for the variants it is about"
)]
#![expect(
    clippy::cast_possible_truncation,
    reason = "test data is small, and the machines that run tests have 64 bits"
)]
#![expect(
    clippy::print_stdout,
    reason = "what a test prints is shown when it fails"
)]

mod boards;
mod bytes;
mod calendar;
mod cli;
mod client;
mod crowds;
mod definition;
mod delivery;
mod demo;
mod dialogs;
mod door;
mod executor;
mod exposed;
mod fixture;
mod fleet;
mod fuzz;
mod granted;
mod held;
mod idle;
mod input;
mod journal;
mod keys;
mod kills;
mod leads;
mod notices;
mod oidc;
mod openapi;
mod packaging;
mod picture;
mod pointer;
mod pty;
mod pushed;
mod readme;
mod recordings;
mod roles;
mod rota;
mod scenario;
mod screens;
mod server;
mod service;
mod serving;
mod sights;
mod simulation;
mod stages;
mod states;
mod stream;
mod taken;
mod themes;
mod tidy;
mod timeline;
mod watch;
mod window;
mod world;

/// The program under test, for tests that run a part of it in their own process: it starts the rest.
fn program() -> std::path::PathBuf {
    env!("CARGO_BIN_EXE_pilothouse").into()
}

//! Every integration test, in one binary so that it links once.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it is"
)]

mod cli;
mod client;
mod definition;
mod demo;
mod dialogs;
mod executor;
mod fixture;
mod journal;
mod keys;
mod scenario;
mod screens;
mod server;
mod service;
mod serving;
mod simulation;
mod stream;
mod themes;
mod tidy;
mod watch;
mod window;
mod world;

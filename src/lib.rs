//! Pilothouse: a continuous-deployment engine and the terminal that on-call engineers open on it.
//!
//! ```text
//!  operator --keys--> tui::update --Request--> tui::driver --HTTP/SSE--> server --> service
//!     ^                    ^                                                          | decide (engine, pure)
//!     | view               | fold(fact)                                               v
//!   ratatui <-- App{replica, link, ui} <-- client <--SSE-- server <--publish-- journal.append(facts)
//!                                                                                     | fold (model, pure)
//!                                                             executor <--Effect------+
//!                                                                '--Outcome--> service
//! ```
//!
//! Four enums are the whole contract and live in [`model`]: a `Command` is asked, a `Fact` has
//! happened, an `Effect` is to be done outside, an `Outcome` came back. Facts are appended to the
//! journal and synced before any effect runs and before anybody hears of them; after a crash the
//! service folds the journal, goes on with the effects whose processes live on, and runs what else
//! is owed again under the same effect id.
//!
//! The modules stand in layers; one may use only those above it (a test enforces it):
//!
//! | module | what it is | what it does not know |
//! |---|---|---|
//! | [`model`] | vocabulary, the fold, the questions everybody asks of it | I/O, clocks, async, floats |
//! | [`clock`], [`entropy`] | the only readers of time and of randomness | everything else |
//! | [`definition`] | pipelines as code: TOML to a checked `Definition` | running pipelines |
//! | [`engine`] | the rules: `decide` and `plan` | async, I/O, clocks, definitions on disk |
//! | [`durable`] | files that are there whole or not at all | what is in them |
//! | [`journal`] | appends facts and reads them back | rules |
//! | [`executor`] | does effects: processes, git, artifacts; delivers notices | rules, what follows from a result |
//! | [`watch`] | reads alarms | rules, who listens |
//! | [`service`] | receive, decide, append, fold, publish, run | HTTP |
//! | [`api`] | paths, requests and answers, one page for both sides | behaviour |
//! | [`server`], [`client`] | the two ends of the wire | rules; words for screens |
//! | [`tui`] | update (pure), query (pure), view (draws only), driver (the only async part) | engine, service, server |
//! | [`demo`] | a real fleet on this machine | anything another pipeline could not use |
//! | [`config`], [`cli`] | arguments in, messages and exit codes out | rules |
//!
//! Walk it once as a commit: `executor::git` sees it (an `Outcome`), `service` hands it to
//! `engine::source`, which cuts a release (facts) and starts its build (an effect); `model::pipeline`
//! folds the facts, `server::stream` sends them, the terminal folds the same facts, `tui::query`
//! makes a row of them and `tui::view` draws it. As a rollback: `tui::update` asks for a plan,
//! `engine::plan` answers, the dialog commits it by its digest, `engine::rollback` decides facts and
//! effects, `executor` runs them. A change that makes either way longer belongs somewhere else.

pub mod model;

pub mod clock;
pub mod entropy;

pub mod definition;
pub mod engine;

pub mod durable;
pub mod executor;
pub mod http;
pub mod journal;
pub mod secret;
pub mod watch;

pub mod service;

pub mod api;
pub mod client;
pub mod server;

pub mod tui;

pub mod cli;
pub mod config;
pub mod demo;

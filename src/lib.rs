//! Pilothouse: a continuous-deployment engine and the terminal that on-call engineers open on it.

pub mod model;

pub mod clock;
pub mod entropy;

pub mod definition;
pub mod engine;

pub mod executor;
pub mod http;
pub mod journal;
pub mod watch;

pub mod service;

pub mod api;
pub mod client;
pub mod server;

pub mod tui;

pub mod cli;
pub mod config;
pub mod demo;

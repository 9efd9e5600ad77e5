//! `cargo fuzz run --fuzz-dir tests/fuzz texts`: see targets.rs.

#![no_main]

#[expect(dead_code, reason = "each file calls one of them")]
#[path = "../targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::texts(bytes));

//! Writing to standard output: text for people, made harmless for their terminal, or JSON, one
//! value a line.

use crate::{cli::failure::Failure, model::is_unseen};
use serde::Serialize;
use std::{
    io,
    io::{IsTerminal, Write},
};

/// Writes one line for people.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout();
    let text = if out.is_terminal() {
        plain(text)
    } else {
        text.to_owned()
    };
    writeln!(out, "{text}")?;
    Ok(())
}

/// Writes one value as a line of JSON, at once, so that a reader of a stream sees it. Whatever a
/// terminal would obey is escaped, since JSON is looked at in terminals, too.
pub(crate) fn json(value: &impl Serialize) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let text = serde_json::to_string(value).map_err(io::Error::from)?;
    writeln!(out, "{}", escaped(&text))?;
    out.flush()?;
    Ok(())
}

/// The text with nothing in it that a terminal would obey: controls, and marks that reorder or hide
/// letters, become `?`. Line ends stay.
pub(crate) fn plain(text: &str) -> String {
    let harmless = |c: char| if c != '\n' && is_unseen(c) { '?' } else { c };
    text.chars().map(harmless).collect()
}

/// JSON in which such characters, which can only stand inside of its strings, are escaped.
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if is_unseen(c) {
            text.extend(format!("\\u{:04x}", u32::from(c)).chars());
        } else {
            text.push(c);
        }
    }
    text
}

/// Rows with their columns padded to the same width, two spaces apart; each is one line, whatever
/// stands in its cells.
pub(crate) fn table(rows: &[Vec<String>]) -> Vec<String> {
    let one_line = |cell: &String| cell.replace(['\n', '\r', '\t'], " ");
    let rows = rows.iter().map(|row| row.iter().map(one_line).collect());
    let rows: Vec<Vec<String>> = rows.collect();
    let n_columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..n_columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths);
        let cells: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

//! Writes the demo's pipelines as files, exactly as anybody would write their own: the text lies in
//! `assets/demo/definitions`, and only what differs from machine to machine is filled in.

use crate::{
    clock,
    demo::{DemoError, place::Place},
    model::{Actor, Time},
};
use chrono::{Datelike, Days};
use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::Path,
};

macro_rules! asset {
    ($name:literal) => {
        (
            $name,
            include_str!(concat!("../../assets/demo/definitions/", $name)),
        )
    };
}

const PIPELINES: [(&str, &str); 7] = [
    asset!("organization.toml"),
    asset!("web-service.toml"),
    asset!("checkout-fleet.toml"),
    asset!("checkout.toml"),
    asset!("checkout-config.toml"),
    asset!("checkout-os.toml"),
    asset!("search.toml"),
];

const SCRIPTS: [(&str, &str); 3] = [
    asset!("deploy"),
    asset!("healthy"),
    asset!("integration-tests"),
];

/// Writes every definition and the scripts they call.
///
/// `metrics` is the page that the alarms read, `program` what the scripts call.
pub(super) fn write(
    place: &Place,
    metrics: &str,
    operator: &Actor,
    program: &Path,
) -> Result<(), DemoError> {
    let repositories = in_toml(&place.repositories().to_string_lossy());
    let now = clock::now();
    let opens = opens(now);
    let begun = begun(now);
    for (name, text) in PIPELINES {
        let text = text
            .replace("@REPOSITORIES@", &repositories)
            .replace("@METRICS@", metrics)
            .replace("@OPERATOR@", operator.as_str())
            .replace("@OPENS@", &opens)
            .replace("@BEGUN@", &begun);
        put(&place.definitions().join(name), &text, 0o644)?;
    }
    for (name, text) in SCRIPTS {
        let text = text
            .replace("@PILOTHOUSE@", &in_shell(&program.to_string_lossy()))
            .replace("@TARGETS@", &in_shell(&place.targets().to_string_lossy()));
        put(&place.definitions().join(name), &text, 0o755)?;
    }
    Ok(())
}

/// The only day of the week on which the maintenance window opens: far enough from today that it is
/// closed today and tomorrow wherever on earth that is.
fn opens(now: Time) -> String {
    let day = now.utc().date_naive();
    let day = day.checked_add_days(Days::new(4)).unwrap_or(day);
    day.weekday().to_string()
}

/// The turn of whoever runs the demo began then, wherever on earth that is.
fn begun(now: Time) -> String {
    let day = now.utc().date_naive();
    let day = day.checked_sub_days(Days::new(2)).unwrap_or(day);
    day.to_string()
}

fn put(path: &Path, text: &str, mode: u32) -> Result<(), DemoError> {
    fs::write(path, text)
        .and_then(|()| fs::set_permissions(path, Permissions::from_mode(mode)))
        .map_err(|source| DemoError::Directory {
            path: path.to_owned(),
            source,
        })
}

/// A text as it stands between double quotes in TOML.
fn in_toml(text: &str) -> String {
    text.replace('\\', r"\\").replace('"', "\\\"")
}

/// A text as one word of a POSIX shell.
fn in_shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

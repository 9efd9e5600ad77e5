//! `pilothouse man`: the manual as one page, made from the arguments, the keymap and the list of exit
//! codes, so that it cannot say anything else than they do.

use crate::{
    cli::{
        failure::{EXITS, Exit, Failure},
        output,
    },
    tui::keymap::{Binding, Context, Keymap},
};
use clap::{Arg, Command, builder::PossibleValue};
use clap_mangen::{
    Man,
    roff::{Inline, Roff, bold, italic, roman},
};
use std::{collections::BTreeSet, io};

/// Print the manual page
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {}

const ENVIRONMENT: [(&str, &str); 10] = [
    (
        "PILOTHOUSE_SOCKET, PILOTHOUSE_URL, PILOTHOUSE_TOKEN_FILE",
        "Which server to speak to, as --socket, --url and --token-file say.",
    ),
    (
        "XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_RUNTIME_DIR",
        "Where the files below are, if not under HOME.",
    ),
    (
        "NO_COLOR",
        "Not empty: the theme mono, with attributes and without colours.",
    ),
    ("TERM, COLORTERM", "How many colours there are."),
    ("COLORFGBG", "Whether the background is light."),
    (
        "LC_ALL, LC_CTYPE, LANG",
        "Whether the terminal shows UTF-8; ASCII otherwise.",
    ),
    (
        "SSH_CONNECTION",
        "Not empty: at most ten frames in a second.",
    ),
    ("STY", "Set by GNU screen, which cannot show frames whole."),
    (
        "PILOTHOUSE_LOG",
        "What the server logs, such as info or pilothouse=debug.",
    ),
    (
        "ACCESSIBLE",
        "1 for lines and numbers instead of screens, as --linear.",
    ),
];

const FILES: [(&str, &str); 6] = [
    (
        "$XDG_CONFIG_HOME/pilothouse/config.toml",
        "How the terminal looks and what it may do. Every key may be left out.",
    ),
    (
        "$XDG_RUNTIME_DIR/pilothouse/socket",
        "Where the server listens. Without that variable it is in the state directory.",
    ),
    (
        "$XDG_STATE_HOME/pilothouse/",
        "What a server keeps: journal, artifacts, logs, the signing key.",
    ),
    (
        "$XDG_STATE_HOME/pilothouse/token",
        "The token for its loopback port.",
    ),
    (
        "$XDG_STATE_HOME/pilothouse/recordings/",
        "Recordings and pictures of the screen that were asked for by key.",
    ),
    (
        "$XDG_CACHE_HOME/pilothouse/last.json",
        "The fleet as it was seen the last time, for the first frame.",
    ),
];

pub(crate) fn run(_arguments: &Arguments, program: Command) -> Result<(), Failure> {
    let text = page(program).map_err(|why| Failure::new(Exit::Failed, why))?;
    output::line(text.trim_end())
}

/// The page as roff.
fn page(mut program: Command) -> Result<String, String> {
    program.build();
    let keymap = Keymap::built_in().map_err(|why| why.to_string())?;
    let mut out = Vec::new();
    top(&program, &mut out).map_err(|why| why.to_string())?;
    let mut rest = Roff::new();
    rest.control("SH", ["COMMANDS"]);
    let verbs = program.get_subcommands().filter(|verb| !verb.is_hide_set());
    for verb in verbs.filter(|verb| verb.get_name() != "help") {
        command(&mut rest, verb);
    }
    keys(&mut rest, keymap);
    rest.control("SH", ["EXIT STATUS"]);
    for (exit, meaning) in EXITS {
        entry(&mut rest, &exit.to_string(), meaning);
    }
    rest.control("SH", ["ENVIRONMENT"]);
    for (name, meaning) in ENVIRONMENT {
        entry(&mut rest, name, meaning);
    }
    rest.control("SH", ["FILES"]);
    for (name, meaning) in FILES {
        entry(&mut rest, name, meaning);
    }
    out.extend(rest.render().into_bytes());
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// Name, synopsis, and what holds for every command.
fn top(program: &Command, out: &mut Vec<u8>) -> io::Result<()> {
    let man = Man::new(program.clone()).manual("Pilothouse");
    man.render_title(out)?;
    man.render_name_section(out)?;
    man.render_synopsis_section(out)?;
    man.render_description_section(out)?;
    man.render_options_section(out)
}

fn command(page: &mut Roff, verb: &Command) {
    let usage = verb.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").to_owned();
    page.control("SS", [usage.as_str()]);
    let about = verb.get_long_about().or(verb.get_about());
    let about = about.map(ToString::to_string).unwrap_or_default();
    page.text([roman(format!("{about}."))]);
    let own = |argument: &&Arg| {
        !argument.is_global_set() && !argument.is_hide_set() && argument.get_id() != "help"
    };
    for argument in verb.get_arguments().filter(own) {
        page.control("TP", []);
        page.text(head(argument));
        page.text([roman(help(argument))]);
    }
}

/// `-o, --output FORMAT`
fn head(argument: &Arg) -> Vec<Inline> {
    let short = argument.get_short().map(|short| format!("-{short}"));
    let long = argument.get_long().map(|long| format!("--{long}"));
    let switches: Vec<String> = short.into_iter().chain(long).collect();
    let values = argument.get_value_names().unwrap_or_default();
    let values: Vec<&str> = values.iter().map(clap::builder::Str::as_str).collect();
    let takes = argument.get_action().takes_values();
    let mut head = vec![bold(switches.join(", "))];
    if takes {
        let gap = if switches.is_empty() { "" } else { " " };
        head.extend([roman(gap), italic(values.join(" "))]);
    }
    head
}

/// The help of an argument, with the values it may have.
fn help(argument: &Arg) -> String {
    let help = argument.get_long_help().or(argument.get_help());
    let mut text = help.map(ToString::to_string).unwrap_or_default();
    let values = argument.get_possible_values();
    let takes = argument.get_action().takes_values();
    let values: Vec<&str> = values
        .iter()
        .filter(|v| !v.is_hide_set())
        .map(PossibleValue::get_name)
        .collect();
    if takes && !values.is_empty() {
        text = format!("{text}: {}", values.join(", "));
    }
    let defaults = argument.get_default_values().iter();
    let defaults: Vec<String> = defaults
        .map(|value| value.to_string_lossy().into_owned())
        .collect();
    match defaults.join(" ") {
        default if takes && !default.is_empty() => format!("{text} [default: {default}]"),
        _ => text,
    }
}

fn keys(page: &mut Roff, keymap: &Keymap) {
    page.control("SH", ["KEYS"]);
    page.text([roman(
        "No key changes a deployment: those that act open a dialog, which is committed by hand.",
    )]);
    let contexts: BTreeSet<Context> = keymap.all().iter().map(|each| each.context).collect();
    for context in contexts {
        page.control("SS", [format!("{context:?}").as_str()]);
        for Binding { keys, help, .. } in keymap.all().iter().filter(|b| b.context == context) {
            let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
            entry(page, &keys.join(", "), help);
        }
    }
}

fn entry(page: &mut Roff, name: &str, meaning: &str) {
    page.control("TP", []);
    page.text([bold(name)]);
    page.text([roman(meaning)]);
}

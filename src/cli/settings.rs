//! `pilothouse config`, `themes` and `keys`: what the terminal will look like and what its keys mean,
//! printed in the form in which it can be written down, and checked.

use crate::{
    cli::{
        failure::{Exit, Failure},
        output,
    },
    config::{self, Settings},
    tui::{
        keymap::Keymap,
        theme::{Look, Theme},
    },
};
use clap::Subcommand;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Print, check or find the configuration file
#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Print every key that is set
    Print,
    /// Say what is wrong with the file
    Check,
    /// Print where it is looked for
    Path,
}

/// List, print or check themes
#[derive(Debug, Subcommand)]
pub(crate) enum Themes {
    /// List those that can be chosen
    List,
    /// Print one, to start a theme of your own from
    Print {
        /// As `pilothouse themes list` names it
        theme: String,
    },
    /// Say what is wrong with a theme file
    Check {
        /// The TOML file
        file: PathBuf,
    },
}

/// Print or check the keymap
#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Print what each key does, and where
    Print,
    /// Say what is wrong with a keymap file
    Check {
        /// The TOML file
        file: PathBuf,
    },
}

pub(crate) fn config(what: &Config) -> Result<(), Failure> {
    let environment = config::environment();
    match what {
        Config::Path => output::line(&Settings::path(&environment)?.display().to_string()),
        Config::Check => {
            Settings::load(&environment)?;
            output::line("ok")
        }
        Config::Print => {
            let settings = Settings::load(&environment)?;
            let text = toml::to_string(&settings);
            let text = text.map_err(|why| Failure::new(Exit::Failed, why.to_string()))?;
            output::line(text.trim_end())
        }
    }
}

pub(crate) fn themes(what: &Themes) -> Result<(), Failure> {
    match what {
        Themes::List => Theme::names().try_for_each(output::line),
        Themes::Print { theme } => {
            let Some(text) = Theme::text(theme) else {
                let known: Vec<&str> = Theme::names().collect();
                let message = format!("there is no theme {theme}; there are {}", known.join(", "));
                return Err(Failure::new(Exit::Failed, message));
            };
            output::line(text.trim_end())
        }
        Themes::Check { file } => {
            let name = file.display().to_string();
            Theme::read(&name, &read(file)?, &Look::plain()).map_err(Failure::of)?;
            output::line("ok")
        }
    }
}

pub(crate) fn keys(what: &Keys) -> Result<(), Failure> {
    match what {
        Keys::Print => {
            let header = ["ON", "KEYS", "ACTION", "HELP"].map(str::to_owned).to_vec();
            let keymap = Keymap::built_in().map_err(Failure::of)?;
            let rows = keymap.all().iter().map(|binding| {
                let keys: Vec<String> = binding.keys.iter().map(ToString::to_string).collect();
                vec![
                    format!("{:?}", binding.context).to_lowercase(),
                    keys.join(", "),
                    binding.action.id().to_owned(),
                    binding.help.clone(),
                ]
            });
            let rows: Vec<Vec<String>> = [header].into_iter().chain(rows).collect();
            let lines = output::table(&rows);
            lines.iter().try_for_each(|line| output::line(line))
        }
        Keys::Check { file } => {
            Keymap::parse(&read(file)?).map_err(Failure::of)?;
            output::line("ok")
        }
    }
}

fn read(file: &Path) -> Result<String, Failure> {
    let message = |why| format!("cannot read {}: {why}", file.display());
    fs::read_to_string(file).map_err(|why| Failure::new(Exit::Failed, message(why)))
}

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
        own::{self, ThemeFiles},
        theme::{Look, Theme, from_base16},
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
    /// Print a base16 scheme as a theme, to keep among yours
    Import {
        /// The scheme's YAML file
        scheme: PathBuf,
    },
    /// Say what is wrong with a theme file
    Check {
        /// The TOML file; without one, all of yours under the configuration directory
        file: Option<PathBuf>,
    },
}

/// Print the keymap with your own keys, or check those
#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Print what each key does, and where
    Print,
    /// Say what is wrong with a file of your own keys
    Check {
        /// The TOML file; without one, your keymap.toml in the configuration directory
        file: Option<PathBuf>,
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
    let config = config::config_directory(&config::environment()).ok();
    let shelf = ThemeFiles::under(config.as_deref()).read();
    match what {
        Themes::List => shelf.names().into_iter().try_for_each(output::line),
        Themes::Print { theme } => {
            let Some(text) = shelf.text(theme) else {
                let known = shelf.names().join(", ");
                let message = format!("there is no theme {theme}; there are {known}");
                return Err(Failure::new(Exit::Failed, message));
            };
            output::line(text.trim_end())
        }
        Themes::Import { scheme } => {
            let theme = from_base16(&read(scheme)?);
            let theme = theme.map_err(|why| {
                Failure::new(Exit::Failed, format!("{}: {why}", scheme.display()))
            })?;
            output::line(theme.trim_end())
        }
        Themes::Check { file: Some(file) } => {
            let read = Theme::read(
                &shelf,
                &file.display().to_string(),
                &read(file)?,
                &Look::plain(),
            );
            verdict(read.err().map(|why| why.to_string()).into_iter())
        }
        Themes::Check { file: None } => verdict(shelf.names().into_iter().filter_map(|name| {
            let look = Look {
                theme: name.to_owned(),
                ..Look::plain()
            };
            shelf.load(&look).err().map(|why| why.to_string())
        })),
    }
}

pub(crate) fn keys(what: &Keys) -> Result<(), Failure> {
    let config = config::config_directory(&config::environment()).ok();
    match what {
        Keys::Print => {
            let (keymap, _problems) = own::keymap(config.as_deref()).map_err(Failure::of)?;
            let header = ["ON", "KEYS", "ACTION", "HELP"].map(str::to_owned).to_vec();
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
        Keys::Check { file: Some(file) } => {
            let keymap = Keymap::built_in().map_err(Failure::of)?;
            let (_changed, problems) = keymap.changed_by(&read(file)?);
            let file = file.display();
            let problems = problems.iter();
            verdict(problems.map(|bad| format!("{file}:{}: {}", bad.line, bad.why)))
        }
        Keys::Check { file: None } => {
            let (_keymap, problems) = own::keymap(config.as_deref()).map_err(Failure::of)?;
            verdict(problems.into_iter())
        }
    }
}

/// `ok`, or every problem on a line of its own.
fn verdict(problems: impl Iterator<Item = String>) -> Result<(), Failure> {
    let problems: Vec<String> = problems.collect();
    if problems.is_empty() {
        return output::line("ok");
    }
    Err(Failure::new(Exit::Failed, problems.join("\n")))
}

fn read(file: &Path) -> Result<String, Failure> {
    let message = |why| format!("cannot read {}: {why}", file.display());
    fs::read_to_string(file).map_err(|why| Failure::new(Exit::Failed, message(why)))
}

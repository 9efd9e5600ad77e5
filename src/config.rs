//! Where things are on this machine, which server is meant, and what the user's configuration file
//! says. It reads the environment and that file, and decides nothing else.

use crate::client::Address;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

/// The environment variables, as text.
pub type Environment = BTreeMap<String, String>;

/// Which server to speak to
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Server")]
pub struct Connection {
    /// The server's Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]
    #[arg(long, global = true, value_name = "FILE", env = "PILOTHOUSE_SOCKET")]
    pub socket: Option<PathBuf>,
    /// A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as
    /// https://deploy.example.com:7443
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "PILOTHOUSE_URL",
        conflicts_with = "socket"
    )]
    pub url: Option<String>,
    /// The file with the token for --url [default on loopback: the one in the server's state directory]
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "PILOTHOUSE_TOKEN_FILE"
    )]
    pub token_file: Option<PathBuf>,
    /// The file with the authorities, in PEM form, of which the server's certificate must be
    /// [default: those that this machine trusts]
    #[arg(long, global = true, value_name = "FILE", env = "PILOTHOUSE_CA")]
    pub ca: Option<PathBuf>,
}

/// `config.toml`: how the terminal looks and what it may do. Every key may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub theme: Option<String>,
    /// Whether only ASCII characters are drawn; found out from the locale otherwise.
    pub ascii: Option<bool>,
    #[serde(default)]
    pub read_only: bool,
    /// The first word of the screen, such as `PROD-EU`.
    pub environment: Option<String>,
    /// Whether frames are shown whole (mode 2026), which GNU screen cannot.
    pub synchronized: Option<bool>,
    /// Whether the bell rings for what calls an operator who looks elsewhere; it does otherwise.
    pub bell: Option<bool>,
    /// Whether the clock and the ages on the screen count seconds; they do otherwise.
    pub seconds: Option<bool>,
    /// Whether the terminal also notifies with words, in the way that it knows; it does not otherwise.
    pub notifications: Option<bool>,
    /// Where copied text goes; through the terminal otherwise.
    pub clipboard: Option<Clipboard>,
    /// What the terminal writes on; `COLORFGBG` says so otherwise, and dark is assumed.
    pub background: Option<Background>,
    /// How many colours it has; found out from the environment otherwise.
    pub colours: Option<Colours>,
    /// The zone of local times, such as `Europe/Berlin`; the system's otherwise.
    pub time_zone: Option<Tz>,
}

/// Where copied text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Clipboard {
    /// To the terminal, over any number of hops.
    Osc52,
    /// Into the clipboard of this machine's desktop.
    Native,
    Off,
}

/// What a terminal writes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Background {
    Light,
    Dark,
}

/// How many colours a terminal has, by the name in `config.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Colours {
    #[serde(rename = "none")]
    None,
    #[serde(rename = "16")]
    Sixteen,
    #[serde(rename = "256")]
    Many,
    #[serde(rename = "true")]
    All,
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("neither {variable} nor HOME is set, so there is no place for {what}")]
    NoPlace {
        variable: &'static str,
        what: &'static str,
    },
    #[error("cannot read {}: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("{} is wrong: {why}", path.display())]
    Wrong { path: PathBuf, why: String },
    #[error(
        "{url} needs --token-file: the file with a token that an admin made there with `pilothouse token create`"
    )]
    NoTokenFile { url: String },
    #[error("the token file {} is empty", path.display())]
    NoToken { path: PathBuf },
}

/// Everything the process was started with.
pub fn environment() -> Environment {
    let text = |word: std::ffi::OsString| word.to_string_lossy().into_owned();
    std::env::vars_os()
        .map(|(name, value)| (text(name), text(value)))
        .collect()
}

impl Connection {
    /// The address that was asked for, else the default socket.
    ///
    /// # Errors
    /// When there is no place for a default, or the token cannot be read.
    pub fn address(&self, environment: &Environment) -> Result<Address, ConfigError> {
        let Some(url) = &self.url else {
            return self.socket(environment).map(Address::Unix);
        };
        let remote = url.starts_with("https://");
        let path = match &self.token_file {
            Some(path) => path.clone(),
            None if remote => return Err(ConfigError::NoTokenFile { url: url.clone() }),
            None => state_directory(environment)?.join("token"),
        };
        let read = fs::read_to_string(&path);
        let text = read.map_err(|source| ConfigError::Read {
            path: path.clone(),
            source,
        })?;
        let token = text.trim().to_owned();
        if token.is_empty() {
            return Err(ConfigError::NoToken { path });
        }
        let url = url.clone();
        if remote {
            let authorities = self.ca.clone();
            return Ok(Address::Tls {
                url,
                token,
                authorities,
            });
        }
        Ok(Address::Tcp { url, token })
    }

    /// The socket that was asked for, else the default one: where a server listens by default.
    ///
    /// # Errors
    /// When there is no place for a default.
    pub fn socket(&self, environment: &Environment) -> Result<PathBuf, ConfigError> {
        if let Some(path) = &self.socket {
            return Ok(path.clone());
        }
        match variable(environment, "XDG_RUNTIME_DIR") {
            Some(directory) => Ok(Path::new(directory).join("pilothouse").join("socket")),
            None => Ok(state_directory(environment)?.join("socket")),
        }
    }
}

impl Settings {
    /// Where the file is looked for.
    ///
    /// # Errors
    /// When there is no place for it.
    pub fn path(environment: &Environment) -> Result<PathBuf, ConfigError> {
        Ok(config_directory(environment)?.join("config.toml"))
    }

    /// Reads `config.toml`; a missing file says nothing, which is fine.
    ///
    /// # Errors
    /// When the file is there and cannot be read or understood.
    pub fn load(environment: &Environment) -> Result<Self, ConfigError> {
        let Ok(path) = Self::path(environment) else {
            return Ok(Self::default());
        };
        match fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text).map_err(|error| ConfigError::Wrong {
                path,
                why: error.to_string().trim_end().to_owned(),
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(ConfigError::Read { path, source }),
        }
    }
}

/// The zone of local times: as `TZ` says, else as `/etc/localtime` points to, else UTC.
pub fn time_zone(environment: &Environment) -> Tz {
    let named = |name: &str| {
        let name = name.rsplit_once("zoneinfo/").map_or(name, |(_, name)| name);
        // Nobody needs two clocks that always agree.
        let zone: Option<Tz> = name.trim_start_matches(':').parse().ok();
        zone.map(|zone| if zone == Tz::Etc__UTC { Tz::UTC } else { zone })
    };
    if let Some(name) = variable(environment, "TZ") {
        return named(name).unwrap_or(Tz::UTC);
    }
    let link = fs::read_link("/etc/localtime");
    let name = link.ok().and_then(|path| named(path.to_str()?));
    name.unwrap_or(Tz::UTC)
}

/// Where a server keeps its journal, artifacts and logs by default.
///
/// # Errors
/// When there is no place for it.
pub fn state_directory(environment: &Environment) -> Result<PathBuf, ConfigError> {
    directory(environment, "XDG_STATE_HOME", ".local/state", "state")
}

/// Where this user's `config.toml`, `keymap.toml` and `themes` are.
///
/// # Errors
/// When there is no place for it.
pub fn config_directory(environment: &Environment) -> Result<PathBuf, ConfigError> {
    directory(environment, "XDG_CONFIG_HOME", ".config", "settings")
}

/// Where what can be had again is kept.
///
/// # Errors
/// When there is no place for it.
pub fn cache_directory(environment: &Environment) -> Result<PathBuf, ConfigError> {
    directory(environment, "XDG_CACHE_HOME", ".cache", "the cache")
}

fn directory(
    environment: &Environment,
    name: &'static str,
    under_home: &str,
    what: &'static str,
) -> Result<PathBuf, ConfigError> {
    let base = match (variable(environment, name), variable(environment, "HOME")) {
        (Some(directory), _) => PathBuf::from(directory),
        (None, Some(home)) => Path::new(home).join(under_home),
        (None, None) => {
            return Err(ConfigError::NoPlace {
                variable: name,
                what,
            });
        }
    };
    Ok(base.join("pilothouse"))
}

/// A variable that is set to something.
fn variable<'a>(environment: &'a Environment, name: &str) -> Option<&'a str> {
    let value = environment.get(name).map(String::as_str);
    value.filter(|value| !value.is_empty())
}

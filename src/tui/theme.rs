//! How the roles on the screen look: colours, attributes and the glyph and word of every status.
//! Widgets name roles and never colours. A theme is one TOML file under `themes/`; it never sets a
//! background, so that the terminal's own is kept. It reads no environment and no clock.

mod base16;
mod colour;
mod file;
mod policy;

pub use base16::from_base16;
pub use colour::Depth;
pub use file::ThemeError;
pub use policy::{Look, Wanted};

use crate::model::Status;
use ratatui::style::Style;
use std::collections::BTreeMap;

/// What a piece of the screen is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Status(Status),
    Overridden,
    Plain,
    Title,
    Label,
    Key,
    Good,
    Warning,
    Danger,
    Human,
    Selection,
    Frame,
    Banner,
    Environment,
    Field,
    Button,
}

/// How roles other than statuses are called in theme files.
const ROLES: [(&str, Role); 15] = [
    ("status.overridden", Role::Overridden),
    ("text.plain", Role::Plain),
    ("text.title", Role::Title),
    ("text.label", Role::Label),
    ("text.key", Role::Key),
    ("text.good", Role::Good),
    ("text.warning", Role::Warning),
    ("text.danger", Role::Danger),
    ("text.human", Role::Human),
    ("screen.sel", Role::Selection),
    ("screen.frame", Role::Frame),
    ("screen.banner", Role::Banner),
    ("screen.environment", Role::Environment),
    ("screen.field", Role::Field),
    ("screen.button", Role::Button),
];

/// Which characters the terminal can be trusted with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Glyphs {
    #[default]
    Ascii,
    Unicode,
}

/// The glyph and the word of a status.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mark {
    ascii: String,
    unicode: String,
    word: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    pub name: String,
    pub glyphs: Glyphs,
    styles: BTreeMap<Role, Style>,
    marks: BTreeMap<Role, Mark>,
}

/// The files that come with the program.
const SHIPPED: [(&str, &str); 10] = [
    ("ansi", include_str!("../../themes/ansi.toml")),
    ("cvd-dark", include_str!("../../themes/cvd-dark.toml")),
    ("cvd-light", include_str!("../../themes/cvd-light.toml")),
    ("mono", include_str!("../../themes/mono.toml")),
    ("contrast", include_str!("../../themes/contrast.toml")),
    ("catppuccin", include_str!("../../themes/catppuccin.toml")),
    ("dracula", include_str!("../../themes/dracula.toml")),
    ("everforest", include_str!("../../themes/everforest.toml")),
    ("gruvbox", include_str!("../../themes/gruvbox.toml")),
    ("tokyo-night", include_str!("../../themes/tokyo-night.toml")),
];

fn shipped(name: &str) -> Option<&'static str> {
    let found = SHIPPED.iter().find(|(known, _)| *known == name);
    found.map(|(_, text)| *text)
}

/// The themes there are: the user's own files, by name, before those that come with the program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shelf(pub BTreeMap<String, String>);

impl Shelf {
    pub fn names(&self) -> Vec<&str> {
        let own = self.0.keys().map(String::as_str);
        let others = SHIPPED.iter().map(|(name, _)| *name);
        own.chain(others.filter(|name| !self.0.contains_key(*name)))
            .collect()
    }

    /// The file of a theme.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.own(name).or_else(|| shipped(name))
    }

    /// The file of a theme of the user's.
    pub fn own(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub fn load(&self, look: &Look) -> Result<Theme, ThemeError> {
        let name = look.theme.as_str();
        let unknown = || ThemeError::unknown(self, name);
        let text = self.text(name).ok_or_else(unknown)?;
        Theme::read(self, &format!("{name}.toml"), text, look)
    }
}

impl Theme {
    /// The names of the themes that come with the program.
    pub fn shipped() -> Vec<String> {
        SHIPPED.iter().map(|(name, _)| (*name).to_owned()).collect()
    }

    /// A theme that comes with the program.
    pub fn load(look: &Look) -> Result<Theme, ThemeError> {
        Shelf::default().load(look)
    }

    /// A theme from the text of a file. The file's name is for errors.
    pub fn read(shelf: &Shelf, file: &str, text: &str, look: &Look) -> Result<Theme, ThemeError> {
        let mut theme = Theme {
            name: look.theme.clone(),
            glyphs: look.glyphs,
            styles: BTreeMap::new(),
            marks: BTreeMap::new(),
        };
        file::read_into(&mut theme, shelf, &look.environment, (file, text))?;
        for style in theme.styles.values_mut() {
            style.fg = style.fg.map(|fg| look.depth.nearest(fg));
        }
        Ok(theme)
    }

    pub fn style(&self, role: Role) -> Style {
        self.styles.get(&role).copied().unwrap_or_default()
    }

    /// The one-cell sign of a status (or of [`Role::Overridden`]).
    pub fn glyph(&self, role: Role) -> &str {
        let mark = self.marks.get(&role);
        match self.glyphs {
            Glyphs::Ascii => mark.map_or("?", |mark| &mark.ascii),
            Glyphs::Unicode => mark.map_or("?", |mark| &mark.unicode),
        }
    }

    /// The word of a status (or of [`Role::Overridden`]).
    pub fn word(&self, role: Role) -> &str {
        self.marks.get(&role).map_or("", |mark| &mark.word)
    }
}

impl Role {
    /// The role that a theme file means by `status.alarm`, `text.key` and so on.
    fn parse(name: &str) -> Option<Self> {
        let status = || {
            let wanted = name.strip_prefix("status.")?;
            Status::ALL
                .into_iter()
                .find(|status| file_name(*status) == wanted)
                .map(Role::Status)
        };
        let known = ROLES.iter().find(|(known, _)| *known == name);
        known.map(|(_, role)| *role).or_else(status)
    }

    /// Every name that [`Role::parse`] knows.
    fn names() -> Vec<String> {
        let statuses = Status::ALL
            .into_iter()
            .map(|s| format!("status.{}", file_name(s)));
        statuses
            .chain(ROLES.iter().map(|(name, _)| (*name).to_owned()))
            .collect()
    }

    /// The word where a theme gives none.
    fn word(self) -> &'static str {
        if let Role::Status(status) = self {
            status.word()
        } else {
            ""
        }
    }
}

/// `NO DATA` as `no-data`.
fn file_name(status: Status) -> String {
    status.word().to_ascii_lowercase().replace(' ', "-")
}

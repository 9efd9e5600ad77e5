//! How the roles on the screen look: colours, attributes and the glyph and word of every status.
//! Widgets name roles and never colours. A theme is one TOML file under `themes/`; it never sets a
//! background, so that the terminal's own is kept. It reads no environment and no clock.

mod colour;
mod file;
mod policy;

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
const SHIPPED: [(&str, &str); 5] = [
    ("ansi", include_str!("../../themes/ansi.toml")),
    ("cvd-dark", include_str!("../../themes/cvd-dark.toml")),
    ("cvd-light", include_str!("../../themes/cvd-light.toml")),
    ("mono", include_str!("../../themes/mono.toml")),
    ("contrast", include_str!("../../themes/contrast.toml")),
];

impl Theme {
    /// The names of the themes that come with the program.
    pub fn names() -> impl Iterator<Item = &'static str> {
        SHIPPED.iter().map(|(name, _)| *name)
    }

    /// The file of a theme that comes with the program.
    pub fn text(name: &str) -> Option<&'static str> {
        let named = SHIPPED.iter().find(|(known, _)| *known == name);
        named.map(|(_, text)| *text)
    }

    /// A theme that comes with the program.
    pub fn load(look: &Look) -> Result<Theme, ThemeError> {
        let Some((name, text)) = SHIPPED.iter().find(|(name, _)| *name == look.theme) else {
            return Err(ThemeError::unknown(&look.theme));
        };
        Theme::read(&format!("{name}.toml"), text, look)
    }

    /// A theme from the text of a file. The file's name is for errors.
    pub fn read(file: &str, text: &str, look: &Look) -> Result<Theme, ThemeError> {
        let mut theme = Theme {
            name: look.theme.clone(),
            glyphs: look.glyphs,
            styles: BTreeMap::new(),
            marks: BTreeMap::new(),
        };
        file::read_into(&mut theme, file, text)?;
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

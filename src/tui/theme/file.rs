//! Reading a theme file: a parent's values first, then its own over them. Whatever it does not know
//! is an error with the place of it, so that a misspelt role never silently does nothing.

use crate::tui::theme::{Mark, Role, Shelf, Theme, colour, shipped};
use ratatui::style::{Color, Modifier};
use std::{collections::BTreeMap, ops::Range};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ThemeError {
    #[error("{file}:{line}:{column}: {what}")]
    Wrong {
        file: String,
        line: usize,
        column: usize,
        what: String,
    },
    #[error("there is no theme {name:?}; there are {known}")]
    Unknown { name: String, known: String },
}

impl ThemeError {
    pub(super) fn unknown(shelf: &Shelf, name: &str) -> Self {
        ThemeError::Unknown {
            name: name.to_owned(),
            known: shelf.names().join(", "),
        }
    }
}

/// Where in which file something stands.
struct Source<'a> {
    file: &'a str,
    text: &'a str,
}

impl<'a> Source<'a> {
    fn parse(&self) -> Result<Spanned<DeTable<'a>>, ThemeError> {
        DeTable::parse(self.text)
            .map_err(|error| self.wrong(error.span().unwrap_or(0..0), error.message().to_owned()))
    }

    fn wrong(&self, span: Range<usize>, what: String) -> ThemeError {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        ThemeError::Wrong {
            file: self.file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            what,
        }
    }

    fn text<'v>(&self, value: &'v Spanned<DeValue<'_>>) -> Result<&'v str, ThemeError> {
        let text = value.get_ref().as_str();
        text.ok_or_else(|| self.wrong(value.span(), "this must be a text in quotes".to_owned()))
    }

    fn table<'v, 'i>(
        &self,
        value: &'v Spanned<DeValue<'i>>,
    ) -> Result<&'v DeTable<'i>, ThemeError> {
        let table = value.get_ref().as_table();
        table.ok_or_else(|| self.wrong(value.span(), "this must be a table".to_owned()))
    }

    fn texts<'v>(&self, value: &'v Spanned<DeValue<'_>>) -> Result<Vec<&'v str>, ThemeError> {
        let list = value.get_ref().as_array();
        let list = list
            .ok_or_else(|| self.wrong(value.span(), "this must be a list of texts".to_owned()))?;
        list.iter().map(|entry| self.text(entry)).collect()
    }
}

type Palette = BTreeMap<String, Color>;

/// Parents beyond these are a mistake.
const PARENTS: usize = 8;

/// Lays a file over the theme: its parents' colours and then its own, then their roles and its own.
/// So a child that only names other colours changes every role that is drawn in them.
pub(super) fn read_into(
    theme: &mut Theme,
    shelf: &Shelf,
    environment: &str,
    (file, text): (&str, &str),
) -> Result<(), ThemeError> {
    let files = with_parents(shelf, file, text)?;
    let mut palette = Palette::new();
    for (file, text) in &files {
        let source = Source { file, text };
        if let Some(own) = source.parse()?.get_ref().get("palette") {
            palette.extend(read_palette(&source, own)?);
        }
    }
    for (file, text) in &files {
        let source = Source { file, text };
        let parsed = source.parse()?;
        for (group, roles) in parsed.get_ref() {
            match group.get_ref().as_ref() {
                "inherits" | "palette" => {}
                "env" => read_environments(theme, &source, &palette, (environment, roles))?,
                name => read_roles(theme, &source, &palette, (name, roles))?,
            }
        }
    }
    Ok(())
}

/// The file behind all that it inherits from, the first ancestor first.
fn with_parents<'a>(
    shelf: &'a Shelf,
    file: &str,
    text: &'a str,
) -> Result<Vec<(String, &'a str)>, ThemeError> {
    let mut files = vec![(file.to_owned(), text)];
    while let Some(parent) = parent(shelf, &files)? {
        files.push(parent);
    }
    files.reverse();
    Ok(files)
}

/// What the last file inherits from.
fn parent<'a>(
    shelf: &'a Shelf,
    files: &[(String, &'a str)],
) -> Result<Option<(String, &'a str)>, ThemeError> {
    let Some((file, text)) = files.last() else {
        return Ok(None);
    };
    let source = Source { file, text };
    let parsed = source.parse()?;
    let Some(parent) = parsed.get_ref().get("inherits") else {
        return Ok(None);
    };
    let name = source.text(parent)?;
    let fresh = |text: &&str| !files.iter().any(|(_, known)| known == text);
    // A file of the same name as one that comes with the program may inherit from that one.
    let own = shelf.own(name).filter(fresh);
    let found = own.or_else(|| shipped(name).filter(fresh));
    let missing = || {
        let what = ThemeError::unknown(shelf, name).to_string();
        source.wrong(parent.span(), what)
    };
    let text = found.filter(|_| files.len() <= PARENTS);
    let text = text.ok_or_else(missing)?;
    Ok(Some((format!("{name}.toml"), text)))
}

fn read_roles(
    theme: &mut Theme,
    source: &Source<'_>,
    palette: &Palette,
    (group, roles): (&str, &Spanned<DeValue<'_>>),
) -> Result<(), ThemeError> {
    for (key, value) in source.table(roles)? {
        let name = format!("{group}.{}", key.get_ref());
        let role = Role::parse(&name).ok_or_else(|| {
            let known = Role::names().join(", ");
            source.wrong(
                key.span(),
                format!("{name:?} is not a role; the roles are {known}"),
            )
        })?;
        read_role(theme, source, palette, (role, source.table(value)?))?;
    }
    Ok(())
}

/// `[env.prod] header = {..}`: how the environment's name looks where it is this one.
fn read_environments(
    theme: &mut Theme,
    source: &Source<'_>,
    palette: &Palette,
    (here, environments): (&str, &Spanned<DeValue<'_>>),
) -> Result<(), ThemeError> {
    for (name, parts) in source.table(environments)? {
        for (key, value) in source.table(parts)? {
            if key.get_ref() != "header" {
                let what = format!("{:?} is not known here; use header", key.get_ref());
                return Err(source.wrong(key.span(), what));
            }
            // One that is not meant is read all the same, so that its mistakes are found.
            let mut other = theme.clone();
            let meant = name.get_ref().eq_ignore_ascii_case(here);
            let into = if meant { &mut *theme } else { &mut other };
            read_role(
                into,
                source,
                palette,
                (Role::Environment, source.table(value)?),
            )?;
        }
    }
    Ok(())
}

fn read_palette(source: &Source<'_>, value: &Spanned<DeValue<'_>>) -> Result<Palette, ThemeError> {
    let mut palette = Palette::new();
    for (name, value) in source.table(value)? {
        let parsed = colour::parse(source.text(value)?);
        let parsed = parsed.map_err(|what| source.wrong(value.span(), what))?;
        palette.insert(name.get_ref().to_string(), parsed);
    }
    Ok(palette)
}

fn read_role(
    theme: &mut Theme,
    source: &Source<'_>,
    palette: &Palette,
    (role, table): (Role, &DeTable<'_>),
) -> Result<(), ThemeError> {
    let mut style = theme.style(role);
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "fg" => {
                let name = source.text(value)?;
                let known = palette
                    .get(name)
                    .copied()
                    .map_or_else(|| colour::parse(name), Ok);
                style.fg = Some(known.map_err(|what| source.wrong(value.span(), what))?);
            }
            "attr" => {
                style.add_modifier = Modifier::empty();
                for name in source.texts(value)? {
                    let known = attribute(name);
                    style.add_modifier |= known.map_err(|what| source.wrong(value.span(), what))?;
                }
            }
            "glyph" | "word" => {
                let marked = matches!(role, Role::Status(_) | Role::Overridden);
                if !marked {
                    let what = "only status roles have a glyph and a word".to_owned();
                    return Err(source.wrong(key.span(), what));
                }
                read_mark(theme, source, role, (key.get_ref(), value))?;
            }
            other => {
                let what = format!("{other:?} is not known here; use fg, attr, glyph or word");
                return Err(source.wrong(key.span(), what));
            }
        }
    }
    theme.styles.insert(role, style);
    Ok(())
}

fn read_mark(
    theme: &mut Theme,
    source: &Source<'_>,
    role: Role,
    (key, value): (&str, &Spanned<DeValue<'_>>),
) -> Result<(), ThemeError> {
    let mark = theme.marks.entry(role).or_insert_with(|| Mark {
        ascii: "?".to_owned(),
        unicode: "?".to_owned(),
        word: role.word().to_owned(),
    });
    if key == "word" {
        source.text(value)?.clone_into(&mut mark.word);
        return Ok(());
    }
    let glyphs = source.texts(value)?;
    let one_cell = |text: &str| crate::tui::text::width(text) == 1;
    match glyphs.as_slice() {
        [ascii, unicode] if ascii.is_ascii() && one_cell(ascii) && one_cell(unicode) => {
            (*ascii).clone_into(&mut mark.ascii);
            (*unicode).clone_into(&mut mark.unicode);
            Ok(())
        }
        _ => {
            let what = "give two signs of one cell: an ASCII one and another".to_owned();
            Err(source.wrong(value.span(), what))
        }
    }
}

fn attribute(name: &str) -> Result<Modifier, String> {
    match name {
        "bold" => Ok(Modifier::BOLD),
        "underline" => Ok(Modifier::UNDERLINED),
        "reverse" => Ok(Modifier::REVERSED),
        _ => Err(format!(
            "{name:?} is not an attribute: use bold, underline or reverse"
        )),
    }
}

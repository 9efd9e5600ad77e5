//! The theme that is worn, out of the user's and those that come with the program. It looks at the
//! user's files again only while one of them is worn.

use crate::tui::{
    own::ThemeFiles,
    theme::{Depth, Glyphs, Look, Shelf, Theme, ThemeError},
};
use std::path::Path;

pub(super) struct Dresser {
    files: ThemeFiles,
    shelf: Shelf,
    look: Look,
    slow: bool,
}

impl Dresser {
    /// The theme that is wanted, or the default one and what is wrong with that of the user's.
    ///
    /// # Errors
    /// When there is no theme of that name.
    pub(super) fn open(
        config: Option<&Path>,
        look: Look,
    ) -> Result<(Self, Theme, Option<String>), ThemeError> {
        let mut files = ThemeFiles::under(config);
        let shelf = files.read();
        let dresser = Self {
            files,
            shelf,
            look,
            slow: false,
        };
        let loaded = dresser.shelf.load(&dresser.look);
        let (theme, trouble) = match loaded {
            Ok(theme) => (theme, None),
            Err(why @ ThemeError::Unknown { .. }) => return Err(why),
            Err(why @ ThemeError::Wrong { .. }) => {
                let plain = Look {
                    theme: "ansi".to_owned(),
                    ..dresser.look.clone()
                };
                (Theme::load(&plain)?, Some(why.to_string()))
            }
        };
        Ok((dresser, theme, trouble))
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.shelf.names().into_iter().map(str::to_owned).collect()
    }

    /// Another theme from now on, if there is one of that name and nothing is wrong with it.
    pub(super) fn wear(&mut self, name: &str) -> Result<Theme, ThemeError> {
        self.shelf = self.files.read();
        let look = Look {
            theme: name.to_owned(),
            ..self.look.clone()
        };
        let before = std::mem::replace(&mut self.look, look);
        let worn = self.worn();
        if worn.is_err() {
            self.look = before;
        }
        worn
    }

    /// The same in ASCII and at most sixteen colours, for a slow link, or as it was.
    pub(super) fn slow(&mut self, slow: bool) -> Result<Theme, ThemeError> {
        self.slow = slow;
        self.worn()
    }

    fn worn(&self) -> Result<Theme, ThemeError> {
        let mut look = self.look.clone();
        if self.slow {
            look.glyphs = Glyphs::Ascii;
            look.depth = look.depth.min(Depth::Ansi);
        }
        self.shelf.load(&look)
    }

    /// The worn theme anew, when it is the user's and a file has changed since.
    pub(super) fn changed(&mut self) -> Option<Result<Theme, ThemeError>> {
        self.shelf.own(&self.look.theme)?;
        if !self.files.have_changed() {
            return None;
        }
        self.shelf = self.files.read();
        Some(self.worn())
    }
}

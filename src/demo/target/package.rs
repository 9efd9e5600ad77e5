//! What a target runs: the text that a build packed, and the routes found in it. The packages stand
//! in for programs; how they answer decides whether users see faults.

#[cfg(test)]
mod tests;

use crate::model::Span;

/// An installed package: its lines that mean something to a target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Package {
    routes: Vec<Route>,
    /// Added to every answer.
    delay: Span,
}

/// `route PATH STATUS MILLISECONDS [charset=ascii]`; the first with the longest path answers.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Route {
    path: String,
    status: u16,
    takes: Span,
    /// Whether anything but ASCII in the query is more than this route can do.
    only_ascii: bool,
}

/// How a request is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub takes: Span,
    pub text: String,
}

impl Package {
    /// Takes the lines it knows and passes over all others, as they are text for people.
    pub fn parse(text: &str) -> Self {
        let mut package = Package::default();
        for line in text.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["route", rest @ ..] => package.routes.extend(Route::parse(rest)),
                ["delay", takes] => package.delay = takes.parse().unwrap_or(package.delay),
                _ => {}
            }
        }
        package
    }

    pub fn delay(&self) -> Span {
        self.delay
    }

    /// The answer to a request; none when the package has no routes at all.
    pub fn answer(&self, path: &str, query: &str) -> Option<Answer> {
        if self.routes.is_empty() {
            return None;
        }
        let matching = self.routes.iter().filter(|r| path.starts_with(&r.path));
        let Some(route) = matching.max_by_key(|route| route.path.len()) else {
            let text = format!("there is no {path}");
            return Some(Answer {
                status: 404,
                takes: Span(1),
                text,
            });
        };
        let (status, text) = if route.only_ascii && !is_ascii(query) {
            (500, format!("{path}: no such character in the index"))
        } else {
            (route.status, format!("{path} answered"))
        };
        Some(Answer {
            status,
            takes: route.takes,
            text,
        })
    }
}

impl Route {
    fn parse(words: &[&str]) -> Option<Self> {
        let [path, status, millis, options @ ..] = words else {
            return None;
        };
        Some(Self {
            path: (*path).to_owned(),
            status: status.parse().ok()?,
            takes: Span(millis.parse().ok()?),
            only_ascii: options.contains(&"charset=ascii"),
        })
    }
}

/// Whether a query, in which other characters are percent-encoded, is plain ASCII.
fn is_ascii(query: &str) -> bool {
    let high = |digit: u8| matches!(digit, b'8' | b'9' | b'a'..=b'f' | b'A'..=b'F');
    query.is_ascii()
        && !query
            .as_bytes()
            .windows(2)
            .any(|two| two[0] == b'%' && high(two[1]))
}

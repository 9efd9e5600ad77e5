//! Calls an operator who looks elsewhere: by the title of the window, and by the bell. How many call is
//! for `rows`; a terminal that says where the keys go is not rung while they go to it.

use crate::{
    model::{Span, Time},
    tui::{
        app::App,
        driver::Bell,
        rows,
        terminal::{Window, notice::Notices},
        text::Sanitized,
    },
};

/// Between two bells.
const PAUSE: Span = Span::minutes(1);

pub(super) struct Caller {
    bell: Bell,
    notices: Option<Notices>,
    /// What the window is called; none without a window.
    title: Option<String>,
    /// What was called for when somebody last looked or was last rung; none before anything was seen.
    heard: Option<Heard>,
    rung: Time,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Heard {
    calling: usize,
    in_flight: usize,
}

impl Caller {
    pub(super) fn new(window: Window, bell: Bell, notices: Option<Notices>) -> Self {
        Self {
            bell,
            notices,
            title: (window == Window::Titled).then(String::new),
            heard: None,
            rung: Time(0),
        }
    }

    /// What to send to the terminal now; nothing most of the time.
    pub(super) fn call(&mut self, app: &App) -> Vec<u8> {
        let now = Heard {
            calling: rows::calling(app),
            in_flight: app.ui.in_flight.len(),
        };
        let mut bytes = Vec::new();
        if let Some(shown) = &mut self.title {
            let title = title(&app.ui.title, now.calling);
            if *shown != title {
                bytes.extend_from_slice(format!("\x1b]2;{title}\x07").as_bytes());
                *shown = title;
            }
        }
        if self.rings(app, now) {
            if self.bell == Bell::Rings {
                bytes.push(b'\x07');
            }
            let notice = self.notices.map(|notices| notices.bytes(&notice(app)));
            bytes.extend(notice.unwrap_or_default());
            self.rung = app.ui.now;
        }
        bytes
    }

    /// Whether something new calls that nobody has looked at, and what they asked for counts too.
    fn rings(&mut self, app: &App, now: Heard) -> bool {
        let silent = self.bell == Bell::Silent && self.notices.is_none();
        let looked = app.ui.focused == Some(true) || silent;
        let Some(before) = self.heard.filter(|_| !looked) else {
            // What stands there when it opens is no news.
            if self.heard.is_some() || app.link.last().is_some() {
                self.heard = Some(now);
            }
            return false;
        };
        let news = now.calling > before.calling || now.in_flight < before.in_flight;
        let soon = app.ui.now.since(self.rung) < PAUSE;
        // What comes too soon is rung for later; what went away is forgotten at once.
        if !news || !soon {
            self.heard = Some(now);
        }
        news && !soon
    }
}

/// `PROD checkout: ALARM, wave-1 ..., and 2 more`: what calls now, the most urgent first.
fn notice(app: &App) -> String {
    let environment = &app.ui.title;
    let mut callers = rows::callers(app);
    let Some(first) = callers.next() else {
        return format!("{environment} what you asked for is done");
    };
    let more = match callers.count() {
        0 => String::new(),
        n => format!(", and {n} more"),
    };
    let (name, status, why) = (&first.pipeline, first.status.word(), &first.why);
    format!("{environment} {name}: {status}, {why}{more}")
}

/// `(!2) PROD pilothouse`.
fn title(environment: &str, calling: usize) -> String {
    let environment = Sanitized::from(environment.to_owned());
    let calling = match calling {
        0 => String::new(),
        n => format!("(!{n}) "),
    };
    format!("{calling}{} pilothouse", environment.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::{app::Size, keymap::Keymap};

    #[test]
    fn a_bell_is_for_news_that_nobody_looks_at_and_never_often() {
        let (width, height) = (80, 24);
        let now = Time(1_000_000);
        let mut app = App::new(
            "PROD\u{1b}[2J".to_owned(),
            Keymap::shipped(),
            Size { width, height },
            now,
        );
        let mut caller = Caller::new(Window::Titled, Bell::Rings, None);
        let first = String::from_utf8(caller.call(&app)).unwrap();
        assert!(first.starts_with("\x1b]2;PROD"), "{first:?}");
        assert_eq!(first.matches('\x1b').count(), 1, "{first:?}");
        assert_eq!(caller.call(&app), b"", "the same title again");
        let heard = |calling| Heard {
            calling,
            in_flight: 0,
        };
        let minute = PAUSE.0;
        // When, whether it is looked at, how many call, and whether that is rung for.
        let steps = [
            (0, None, 1, true),
            (1, None, 2, false),
            (minute, None, 2, true),
            (minute * 2, None, 2, false),
            (minute * 3, Some(true), 3, false),
            (minute * 4, Some(false), 3, false),
            (minute * 5, Some(false), 2, false),
            (minute * 6, Some(false), 3, true),
        ];
        caller.heard = Some(heard(0));
        for (after, focused, calling, rung) in steps {
            app.ui.now = now + Span(after);
            app.ui.focused = focused;
            assert_eq!(caller.rings(&app, heard(calling)), rung, "after {after}");
            if rung {
                caller.rung = app.ui.now;
            }
        }
        assert_eq!(title("PROD", 2), "(!2) PROD pilothouse");
    }
}

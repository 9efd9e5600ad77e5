//! The terminal and what it shows: when a frame may be drawn, and giving the terminal away and back.

use crate::{
    clock,
    model::{Span, Time},
    tui::{
        app::{App, InFlight, Size},
        driver::{TuiError, dresser::Dresser, terminal_error},
        event::Event,
        paint::Painter,
        record::Recorder,
        request::Leave,
        terminal::Terminal,
        theme::{Theme, ThemeError},
        update::update,
        view,
    },
};
use std::path::PathBuf;

/// Between two looks at the files of the user's themes.
const LOOK: Span = Span::seconds(1);

pub(super) struct Screen {
    /// None only after it was given back.
    terminal: Option<Terminal>,
    painter: Painter,
    dresser: Dresser,
    theme: Theme,
    /// When the files of the themes were last looked at.
    looked: Time,
    drawn: Time,
    between: Span,
    /// Whether something came in since the last frame.
    waiting: bool,
}

impl Screen {
    /// `between` is the least time between two frames, in milliseconds.
    pub(super) fn new(
        terminal: Terminal,
        (dresser, theme): (Dresser, Theme),
        synchronized: bool,
        between: i64,
    ) -> Self {
        Self {
            terminal: Some(terminal),
            painter: Painter::new(0, 0, synchronized),
            dresser,
            theme,
            looked: Time(0),
            drawn: Time(0),
            between: Span(between.unsigned_abs()),
            waiting: false,
        }
    }

    /// Whether a frame may be drawn at `now`.
    pub(super) fn is_due(&self, now: Time) -> bool {
        now >= self.drawn + self.between
    }

    /// Something came in that the next frame may show.
    pub(super) fn wait(&mut self) {
        self.waiting = true;
    }

    /// When the frame that waits may be drawn.
    pub(super) fn due(&self) -> Option<Time> {
        self.waiting.then_some(self.drawn + self.between)
    }

    /// Draws what is different; writes nothing when nothing is.
    pub(super) fn draw(&mut self, app: &App) -> Result<(), TuiError> {
        let Size { width, height } = app.ui.size;
        if self.painter.size() != (width, height) {
            self.painter.reset(width, height);
        }
        let theme = &self.theme;
        let bytes = self
            .painter
            .frame(|buffer| view::render(app, theme, buffer));
        self.drawn = app.ui.now;
        self.waiting = false;
        match (&self.terminal, bytes) {
            (Some(terminal), Some(bytes)) => {
                terminal.write(&bytes).map_err(terminal_error("writing to"))
            }
            _ => Ok(()),
        }
    }

    /// The next frame is drawn whole.
    pub(super) fn redraw(&mut self) {
        let (width, height) = self.painter.size();
        self.painter.reset(width, height);
    }

    /// Back to the shell until `fg`. The terminal may have another size then.
    pub(super) fn suspend(&mut self, app: &mut App) -> Result<(), TuiError> {
        let Some(terminal) = self.terminal.take() else {
            return Ok(());
        };
        let (terminal, trouble) = terminal.suspend().map_err(terminal_error("taking back"))?;
        self.terminal = Some(terminal);
        let event = if let Some(why) = trouble {
            Event::Trouble(why.to_owned())
        } else {
            let size = Terminal::size().map_err(terminal_error("measuring"))?;
            self.painter.reset(size.width, size.height);
            Event::Resize(size)
        };
        // Neither event asks for anything.
        let _nothing = update(app, clock::now(), event);
        Ok(())
    }

    /// Puts another theme on.
    pub(super) fn wear(&mut self, app: &mut App, name: &str) {
        let worn = self.dresser.wear(name);
        self.dress(app, worn);
    }

    /// Puts the user's own theme on anew when its file has changed; looked at once a second.
    pub(super) fn look_at_theme(&mut self, app: &mut App) {
        if app.ui.now.since(self.looked) < LOOK {
            return;
        }
        self.looked = app.ui.now;
        if let Some(changed) = self.dresser.changed() {
            self.dress(app, changed);
        }
    }

    fn dress(&mut self, app: &mut App, theme: Result<Theme, ThemeError>) {
        let event = match theme {
            Ok(theme) => {
                self.theme = theme;
                Event::Worn(self.theme.name.clone())
            }
            Err(why) => Event::Trouble(why.to_string()),
        };
        // Neither event asks for anything.
        let _nothing = update(app, clock::now(), event);
    }

    pub(super) fn copy(&self, app: &mut App, text: &str) {
        let copied = self.terminal.as_ref().map(|terminal| terminal.copy(text));
        if let Some(Err(why)) = copied {
            let event = Event::Trouble(format!("copying failed: {why}"));
            let _nothing = update(app, clock::now(), event);
        }
    }

    /// Writes the screen to a file as text, and to one beside it with its colours.
    pub(super) fn snap(&self, app: &App, recorder: &Recorder) -> Result<PathBuf, String> {
        let Size { width, height } = app.ui.size;
        let theme = &self.theme;
        let text = view::text(app, theme, width, height);
        let mut painter = Painter::new(width, height, false);
        let frame = painter.frame(|buffer| view::render(app, theme, buffer));
        let colours = frame.unwrap_or_default();
        recorder.save("screen", &[("ansi", &colours), ("txt", text.as_bytes())])
    }

    /// Gives the terminal back, and says what is left to say: the last frame, if it is wanted, and
    /// what goes on without us.
    pub(super) fn leave(mut self, app: &App, leave: Leave) -> String {
        self.terminal = None;
        let Size { width, height } = app.ui.size;
        let mut text = match leave {
            Leave::Frame => view::text(app, &self.theme, width, height),
            Leave::Nothing => String::new(),
        };
        for (stream, flight) in &app.ui.in_flight {
            let InFlight { key, title, .. } = flight;
            let line = match stream {
                Some(name) => format!(
                    "{name}: {title}: goes on (request {key}); to see it: pilothouse watch {name}\n"
                ),
                None => format!(
                    "the organization: {title}: goes on (request {key}); to see it: pilothouse status\n"
                ),
            };
            text.push_str(&line);
        }
        text
    }
}

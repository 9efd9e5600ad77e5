//! The terminal and what it shows: when a frame may be drawn, and giving the terminal away and back.

use crate::{
    clock,
    model::{Span, Time},
    tui::{
        app::{App, InFlight, Size},
        driver::{
            Distance, TuiError,
            caller::Caller,
            dresser::Dresser,
            echo::Echo,
            pace::{Pace, Waiting},
            terminal_error,
        },
        event::Event,
        paint::Painter,
        pointer::Spot,
        record::Recorder,
        request::Leave,
        terminal::Terminal,
        theme::{Theme, ThemeError},
        update::update,
        view,
    },
};
use std::path::PathBuf;

/// A terminal that has not taken a frame after so long is at the end of a slow link.
const BEHIND: Span = Span(100);
/// Between two tries to give a terminal what it had no room for.
const TRY: Span = Span(50);
/// Between two looks at the files of the user's themes.
const LOOK: Span = Span::seconds(1);

pub(super) struct Screen {
    /// None only after it was given back.
    terminal: Option<Terminal>,
    painter: Painter,
    dresser: Dresser,
    theme: Theme,
    caller: Caller,
    /// When the files of the themes were last looked at.
    looked: Time,
    pace: Pace,
    paced: Paced,
    echo: Echo,
    /// Whether the next news of having been stopped is of our own doing.
    suspended: bool,
}

/// Who says whether a link is spared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Paced {
    ByTerminal,
    ByOperator,
}

impl Screen {
    /// `between` is the time between two frames on the average, in milliseconds.
    pub(super) fn new(
        terminal: Terminal,
        (dresser, theme): (Dresser, Theme),
        caller: Caller,
        synchronized: bool,
        between: i64,
    ) -> Self {
        Self {
            terminal: Some(terminal),
            painter: Painter::new(0, 0, synchronized),
            dresser,
            theme,
            caller,
            looked: Time(0),
            pace: Pace::new(Span(between.unsigned_abs())),
            paced: Paced::ByTerminal,
            echo: Echo::new(Distance::Unasked),
            suspended: false,
        }
    }

    pub(super) fn measure(&mut self, distance: Distance) {
        self.echo = Echo::new(distance);
    }

    /// Whether a frame may be drawn at `now`.
    pub(super) fn is_due(&self, now: Time) -> bool {
        self.pace.is_due(now)
    }

    /// Something came in that the next frame may show.
    pub(super) fn wait(&mut self, waiting: Waiting) {
        self.pace.wait(waiting);
    }

    /// When the frame that waits may be drawn, or what is left of the last one be tried again.
    pub(super) fn due(&self, now: Time) -> Option<Time> {
        if self.behind().is_some() {
            return Some(now + TRY);
        }
        self.pace.due()
    }

    /// How long the terminal has not taken all of a frame.
    fn behind(&self) -> Option<Span> {
        self.terminal.as_ref().and_then(Terminal::behind)
    }

    /// Gives the terminal what it had no room for, and spares a link that falls behind. Whether it can
    /// take another frame: the newest then, whatever happened since the last.
    pub(super) fn keep_up(&mut self, app: &mut App) -> Result<bool, TuiError> {
        if let Some(terminal) = &mut self.terminal {
            terminal.drain().map_err(terminal_error("writing to"))?;
        }
        let behind = self.behind();
        if behind.is_some_and(|behind| behind >= BEHIND) {
            self.spare(app);
        }
        Ok(behind.is_none())
    }

    /// The terminal said that it is there. One that is far away is spared.
    pub(super) fn answered(&mut self, app: &mut App) {
        let Some(heard) = self.echo.answered() else {
            return;
        };
        let event = Event::RoundTrip(heard.round_trip);
        // It asks for nothing.
        let _nothing = update(app, clock::now(), event);
        if heard.far {
            self.spare(app);
        }
    }

    /// Spares the link by itself, unless the operator has said how it is to be.
    fn spare(&mut self, app: &mut App) {
        if !app.ui.slow && self.paced == Paced::ByTerminal {
            self.slow(app, true);
        }
    }

    /// As the operator says from now on, however the terminal keeps up.
    pub(super) fn pace(&mut self, app: &mut App, slow: bool) {
        self.paced = Paced::ByOperator;
        self.slow(app, slow);
    }

    fn slow(&mut self, app: &mut App, slow: bool) {
        self.pace.set_slow(slow);
        if let Ok(theme) = self.dresser.slow(slow) {
            self.theme = theme;
        }
        // It asks for nothing.
        let _nothing = update(app, clock::now(), Event::Slow(slow));
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
        let mut bytes = bytes.unwrap_or_default();
        bytes.extend(self.caller.call(app));
        bytes.extend(self.echo.ask(app.ui.now, bytes.len()));
        self.pace.drew(app.ui.now, bytes.len());
        match &mut self.terminal {
            Some(terminal) if !bytes.is_empty() => {
                terminal.write(&bytes).map_err(terminal_error("writing to"))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Has the terminal tell of its mouse, or no longer.
    pub(super) fn hear_mouse(&mut self, heard: bool) -> Result<(), TuiError> {
        let Some(terminal) = &mut self.terminal else {
            return Ok(());
        };
        let switched = terminal.hear_mouse(heard);
        switched.map_err(terminal_error("writing to"))
    }

    /// What is drawn at a cell.
    pub(super) fn spot(&self, app: &App, cell: (u16, u16)) -> Option<Spot> {
        view::spot(app, &self.theme, cell)
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
        self.hear_out();
        let (terminal, trouble) = terminal.suspend().map_err(terminal_error("taking back"))?;
        self.terminal = Some(terminal);
        let event = if let Some(why) = trouble {
            Event::Trouble(why.to_owned())
        } else {
            self.suspended = true;
            let size = Terminal::size().map_err(terminal_error("measuring"))?;
            self.painter.reset(size.width, size.height);
            Event::Resize(size)
        };
        // Neither event asks for anything.
        let _nothing = update(app, clock::now(), event);
        Ok(())
    }

    /// After somebody else had the terminal.
    pub(super) fn retake(&mut self, app: &mut App) -> Result<(), TuiError> {
        if std::mem::take(&mut self.suspended) {
            return Ok(());
        }
        let Some(terminal) = self.terminal.take() else {
            return Ok(());
        };
        let taken = terminal.retake().map_err(terminal_error("taking back"))?;
        self.terminal = Some(taken);
        let size = Terminal::size().map_err(terminal_error("measuring"))?;
        self.painter.reset(size.width, size.height);
        let _nothing = update(app, clock::now(), Event::Resize(size));
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

    pub(super) fn copy(&mut self, app: &mut App, text: &str) {
        let copied = self.terminal.as_mut().map(|terminal| terminal.copy(text));
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

    /// Lets an answer of the terminal arrive that is on its way; the keys are still read meanwhile.
    fn hear_out(&self) {
        std::thread::sleep(self.echo.owed().std());
    }

    /// Gives the terminal back, and says what is left to say: the last frame, if it is wanted, and
    /// what goes on without us.
    pub(super) fn leave(mut self, app: &App, leave: Leave) -> String {
        self.hear_out();
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

//! Steps a recording on a real terminal. Keys play, step and seek; none reaches the recorded app, and
//! there is no server, so nothing can be sent.

use crate::{
    clock,
    model::{Span, Time},
    tui::{
        app::{App, Size},
        chord::{Code, Key},
        driver::TuiError,
        paint::Painter,
        record::tape::Tape,
        terminal::{self, Terminal, Window, input::Input, keyboard::Keyboard},
        theme::{Role, Theme},
        view,
        widgets::{Canvas, Line},
    },
};
use ratatui::{buffer::Buffer, layout::Rect};
use std::io;

/// A pause in the recording takes no longer than this to sit through.
const LONGEST_PAUSE: u64 = 2_000;
/// How often a player that plays looks at the clock, in milliseconds.
const LOOK: u16 = 20;
/// How often one that stands still looks whether its window has another size.
const STANDING: u16 = 250;
const FASTEST: u64 = 64;

/// Where in a recording one is, and how it goes on.
#[derive(Debug)]
pub struct Player<'a> {
    tape: &'a Tape,
    app: App,
    /// Steps taken.
    at: usize,
    playing: bool,
    speed: u64,
    /// When the next step is due on our clock.
    due: Time,
}

/// Plays until the operator has seen enough.
///
/// # Errors
/// When the terminal cannot be taken, read or written.
pub fn play(tape: &Tape, theme: &Theme) -> Result<(), TuiError> {
    let failed = |doing| move |why: io::Error| TuiError::Terminal { doing, why };
    let mut terminal = Terminal::enter(Window::None).map_err(failed("taking"))?;
    terminal::end_with_terminal();
    let Size { width, height } = Terminal::size().map_err(failed("measuring"))?;
    let mut painter = Painter::new(width, height, false);
    let mut player = Player::new(tape, clock::now());
    let mut keyboard = Keyboard::default();
    loop {
        player.fit(painter.size());
        if terminal.behind().is_none()
            && let Some(bytes) = painter.frame(|buffer| player.draw(theme, buffer))
        {
            terminal.write(&bytes).map_err(failed("writing to"))?;
        }
        terminal.drain().map_err(failed("writing to"))?;
        let is_slow = terminal.behind().is_some();
        let wait = if player.playing || is_slow {
            LOOK
        } else {
            STANDING
        };
        for input in keyboard.read(Some(wait)).map_err(failed("reading from"))? {
            let Input::Key(key) = input else { continue };
            if !player.key(key, clock::now()) {
                return Ok(());
            }
        }
        let Size { width, height } = Terminal::size().map_err(failed("measuring"))?;
        if painter.size() != (width, height) {
            painter.reset(width, height);
        }
        player.tick(clock::now());
    }
}

/// The app before the first step, which nobody is to take for a live one.
fn begin(tape: &Tape) -> App {
    let mut app = tape.app(0);
    app.ui.title = format!("REPLAY {}", app.ui.title);
    app
}

impl<'a> Player<'a> {
    /// At the beginning, playing.
    pub fn new(tape: &'a Tape, now: Time) -> Self {
        let mut player = Self {
            tape,
            app: begin(tape),
            at: 0,
            playing: true,
            speed: 1,
            due: now,
        };
        player.seek(0, now);
        player
    }

    pub fn app(&self) -> &App {
        &self.app
    }

    /// Takes a key. Whether it goes on.
    pub fn key(&mut self, key: Key, now: Time) -> bool {
        let n_steps = self.tape.len();
        if key == Key::ctrl('c') {
            return false;
        }
        match key.code {
            Code::Char('q') | Code::Esc => return false,
            Code::Char(' ') => {
                self.playing = !self.playing && self.at < n_steps;
                self.due = now;
            }
            Code::Char('.' | 'l') | Code::Right => self.seek(self.at + 1, now),
            Code::Char(',' | 'h') | Code::Left => self.seek(self.at.saturating_sub(1), now),
            Code::Char('g') | Code::Home => self.seek(0, now),
            Code::Char('G') | Code::End => self.seek(n_steps, now),
            Code::Char('+') => self.speed = (self.speed * 2).min(FASTEST),
            Code::Char('-') => self.speed = (self.speed / 2).max(1),
            // 1 to 9: so many tenths of it.
            Code::Char(digit @ '1'..='9') => {
                let tenths = digit.to_digit(10).unwrap_or(0);
                let tenths = usize::try_from(tenths).unwrap_or(0);
                self.seek(n_steps * tenths / 10, now);
            }
            Code::Char(_)
            | Code::Enter
            | Code::Tab
            | Code::BackTab
            | Code::Backspace
            | Code::Delete
            | Code::Up
            | Code::Down
            | Code::PageUp
            | Code::PageDown
            | Code::F(_) => {}
        }
        true
    }

    /// Takes the steps that are due.
    pub fn tick(&mut self, now: Time) {
        while self.playing && self.due <= now {
            if self.at >= self.tape.len() {
                self.playing = false;
                return;
            }
            self.tape.step(&mut self.app, self.at);
            self.at += 1;
            self.due = self.due + self.pause();
        }
    }

    /// Stands still after so many steps.
    fn seek(&mut self, at: usize, now: Time) {
        let at = at.min(self.tape.len());
        let playing = self.playing && self.at == at;
        if at < self.at {
            self.app = begin(self.tape);
            self.at = 0;
        }
        for step in self.at..at {
            self.tape.step(&mut self.app, step);
        }
        self.at = at;
        self.playing = playing;
        self.due = now + self.pause();
    }

    /// How long until the next step.
    fn pause(&self) -> Span {
        let step = |at: usize| self.tape.at(at);
        let before = self.at.checked_sub(1).and_then(step);
        match (before, step(self.at)) {
            (Some(before), Some(next)) => {
                Span(next.since(before).0.min(LONGEST_PAUSE) / self.speed)
            }
            _ => Span::ZERO,
        }
    }

    /// The recorded terminal may have had another size than this one.
    fn fit(&mut self, (width, height): (u16, u16)) {
        self.app.ui.size = Size { width, height };
    }

    /// The recorded screen, with the player's own line where its keys were.
    pub fn draw(&self, theme: &Theme, buffer: &mut Buffer) {
        view::render(&self.app, theme, buffer);
        let area = buffer.area;
        let Some(y) = area.height.checked_sub(1) else {
            return;
        };
        let state = if self.playing { "playing" } else { "paused" };
        let (at, n_steps, speed) = (self.at, self.tape.len(), self.speed);
        let line = format!(
            " REPLAY {at}/{n_steps} {} x{speed} {state}  Space play  . , step  g G ends  1-9 seek  + - speed  q leave",
            self.app.ui.now
        );
        let width = usize::from(area.width);
        let line = format!("{line:<width$}");
        let row = Rect::new(area.x, area.y + y, area.width, 1);
        let mut canvas = Canvas::new(buffer, theme);
        canvas.line(row, &Line::of(Role::Banner, line));
    }
}

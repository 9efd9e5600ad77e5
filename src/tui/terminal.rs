//! The terminal that we were given: which modes we set, and giving it back as it was. There is one
//! list of modes actually set and one way to undo them, whatever ends the program: leaving, an
//! error, a panic, a signal, or the terminal's own end (UX.md, "Exit paths").
//!
//! Nothing that is decided here hangs on an answer of the terminal: it may never come.

pub mod input;
pub mod keyboard;
pub mod notice;
mod output;

use crate::{
    model::{Span, base64},
    tui::{app::Size, paint::SYNC_END},
};
use nix::{
    errno::Errno,
    poll::{PollFd, PollFlags, PollTimeout},
    sys::signal::{Signal, raise},
    unistd::{getppid, getsid},
};
use output::Output;
use std::{
    io::{self, IsTerminal as _},
    os::fd::AsFd as _,
    sync::{
        Mutex, MutexGuard, Once, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

/// Something that was switched on and must be switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Raw,
    AlternateScreen,
    HiddenCursor,
    BracketedPaste,
    Focus,
    /// The title is ours; the one before is kept by the terminal meanwhile.
    Title,
    /// Clicks and the wheel are told, in the way that has no end at 223 columns.
    Mouse,
}

/// The modes that are set, in the order in which they were.
static SET: Mutex<Vec<Mode>> = Mutex::new(Vec::new());

/// Whether the program has let go of the terminal and is on its way out by itself.
static LET_GO: AtomicBool = AtomicBool::new(false);

/// So many tenths of a second the program has, once its terminal is gone, to notice and to clean up.
const GRACE: u32 = 15;

/// So many milliseconds a terminal that takes nothing is waited for at the end.
const LAST_PATIENCE: u16 = 500;

/// More than terminals take in one go is not copied at all.
const COPY_LIMIT: usize = 74_994;

/// Whether the terminal is a window, with a title, that knows where the keys go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    None,
    Titled,
}

/// A terminal in our modes; dropping it gives it back.
#[derive(Debug)]
pub struct Terminal {
    output: Output,
    window: Window,
}

impl Terminal {
    /// Takes the terminal: raw keys, the alternate screen, no cursor, pastes as pastes; of a
    /// window also the title, and it says where the keys go.
    ///
    /// # Errors
    /// When input or output is no terminal, or it cannot be put into raw mode.
    pub fn enter(window: Window) -> io::Result<Self> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return Err(io::Error::other("input and output must be a terminal"));
        }
        // Colours are our own policy; the library would leave out reverse video under NO_COLOR.
        crossterm::style::force_color_output(true);
        restore_on_panic();
        LET_GO.store(false, Ordering::Relaxed);
        crossterm::terminal::enable_raw_mode()?;
        set(Mode::Raw);
        let mut terminal = Self {
            output: Output::open()?,
            window,
        };
        terminal.switch(Mode::AlternateScreen)?;
        terminal.switch(Mode::HiddenCursor)?;
        terminal.switch(Mode::BracketedPaste)?;
        if window == Window::Titled {
            terminal.switch(Mode::Focus)?;
            terminal.switch(Mode::Title)?;
        }
        Ok(terminal)
    }

    /// Has the terminal tell of its mouse, or no longer.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn hear_mouse(&mut self, heard: bool) -> io::Result<()> {
        match (heard, is_set(Mode::Mouse)) {
            (true, false) => self.switch(Mode::Mouse),
            (false, true) => {
                modes().retain(|mode| *mode != Mode::Mouse);
                self.write(Mode::Mouse.sequences().1.as_bytes())
            }
            (true, true) | (false, false) => Ok(()),
        }
    }

    fn switch(&mut self, mode: Mode) -> io::Result<()> {
        set(mode);
        self.write(mode.sequences().0.as_bytes())
    }

    /// Writes as much as the terminal takes without waiting; the rest with [`Terminal::drain`].
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.output.write(bytes)
    }

    /// Writes more of what the terminal has not taken yet.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn drain(&mut self) -> io::Result<()> {
        self.output.drain()
    }

    /// How long the terminal has not taken everything; none when it has.
    pub fn behind(&self) -> Option<Span> {
        self.output.behind()
    }

    pub fn size() -> io::Result<Size> {
        let (width, height) = crossterm::terminal::size()?;
        Ok(Size { width, height })
    }

    /// To the clipboard of the terminal that the operator sits at, over any number of hops (OSC 52).
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        let encoded = base64(text.as_bytes());
        if encoded.len() > COPY_LIMIT {
            return Err(io::Error::other("too long for a terminal's clipboard"));
        }
        self.write(format!("\x1b]52;c;{encoded}\x07").as_bytes())
    }

    /// Takes it again from whoever had it meanwhile, such as a shell that we were stopped under.
    ///
    /// # Errors
    /// When it cannot be put into raw mode again.
    pub fn retake(self) -> io::Result<Self> {
        let (window, mouse) = (self.window, is_set(Mode::Mouse));
        drop(self);
        let mut taken = Self::enter(window)?;
        taken.hear_mouse(mouse)?;
        Ok(taken)
    }

    /// Gives the terminal back, stops until the shell says `fg`, and takes it again. Without a shell
    /// to come back from it only says so.
    pub fn suspend(self) -> io::Result<(Self, Option<&'static str>)> {
        // Only a shell of this session can say `fg`.
        let session = getsid(None);
        if session.is_err() || getsid(Some(getppid())) != session {
            return Ok((self, Some("there is no shell to come back from")));
        }
        let (window, mouse) = (self.window, is_set(Mode::Mouse));
        drop(self);
        // The one that asks for it, SIGTSTP, is ours to hear.
        raise(Signal::SIGSTOP)?;
        let mut taken = Self::enter(window)?;
        taken.hear_mouse(mouse)?;
        Ok((taken, None))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        restore();
        LET_GO.store(true, Ordering::Relaxed);
    }
}

impl Mode {
    /// What switches it on, and what off.
    fn sequences(self) -> (&'static str, &'static str) {
        match self {
            Mode::Raw => ("", ""),
            Mode::AlternateScreen => ("\x1b[?1049h", "\x1b[?1049l"),
            Mode::HiddenCursor => ("\x1b[?25l", "\x1b[?25h"),
            Mode::BracketedPaste => ("\x1b[?2004h", "\x1b[?2004l"),
            Mode::Focus => ("\x1b[?1004h", "\x1b[?1004l"),
            Mode::Mouse => ("\x1b[?1000h\x1b[?1006h", "\x1b[?1006l\x1b[?1000l"),
            Mode::Title => ("\x1b[22;2t", "\x1b[23;2t"),
        }
    }
}

fn set(mode: Mode) {
    modes().push(mode);
}

fn is_set(mode: Mode) -> bool {
    modes().contains(&mode)
}

fn modes() -> MutexGuard<'static, Vec<Mode>> {
    SET.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether this is how it looks when the terminal itself is gone.
pub fn is_hang_up(why: &io::Error) -> bool {
    let gone = [Errno::EIO, Errno::EPIPE, Errno::ENXIO];
    let code = why.raw_os_error();
    code.is_some_and(|code| gone.contains(&Errno::from_raw(code)))
}

/// Undoes every mode that is set, last first. Doing it twice does nothing the second time.
pub fn restore() {
    let modes = std::mem::take(&mut *modes());
    if modes.is_empty() {
        return;
    }
    let mut text = format!("{SYNC_END}\x1b[m");
    text.extend(modes.iter().rev().map(|mode| mode.sequences().1));
    // A terminal that is gone or stands still cannot be restored, and nobody is left to tell.
    let _gone = Output::open().and_then(|mut out| {
        out.write(text.as_bytes())?;
        out.finish(LAST_PATIENCE)
    });
    if modes.contains(&Mode::Raw) {
        let _gone = crossterm::terminal::disable_raw_mode();
    }
}

/// A panic's message is for the shell's screen, not for ours.
fn restore_on_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            restore();
            before(panic);
        }));
    });
}

/// Ends the process when its terminal is gone: a closed window or a cut line must not leave a
/// program behind that reads from nothing (UX.md, trap 2). A program that noticed by itself may
/// clean up; one that is stuck is ended.
pub fn end_with_terminal() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Without the watcher everything still works, except on a terminal that goes away.
        let _no_watcher = thread::Builder::new()
            .name("terminal-watch".to_owned())
            .spawn(watch_terminal);
    });
}

#[expect(
    clippy::exit,
    reason = "the terminal is gone, and whoever waits for it may wait for ever"
)]
fn watch_terminal() {
    let stdin = io::stdin();
    loop {
        let mut watched = [PollFd::new(stdin.as_fd(), PollFlags::empty())];
        let gone = PollFlags::POLLHUP | PollFlags::POLLERR | PollFlags::POLLNVAL;
        let polled = nix::poll::poll(&mut watched, PollTimeout::NONE);
        let seen = watched[0].revents().unwrap_or(PollFlags::empty());
        if polled.is_ok_and(|n_ready| n_ready > 0) && seen.intersects(gone) {
            restore();
            for _ in 0..GRACE {
                if LET_GO.load(Ordering::Relaxed) {
                    return;
                }
                thread::sleep(Duration::from_millis(100));
            }
            // 128 and the number of SIGHUP, as the shell would have it.
            std::process::exit(129);
        }
    }
}

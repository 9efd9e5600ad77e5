//! The only part of the terminal that waits: for keys, for the feed, for answers, for time. It takes
//! everything that is there before it draws once, has requests carried out in tasks of their own,
//! and decides nothing.

mod cache;
mod caller;
mod clipboard;
mod dresser;
mod echo;
mod pace;
mod perform;
mod save;
mod screen;
mod sources;

use crate::{
    client::{Address, Client, ClientError, Feed},
    clock,
    model::Time,
    tui::{
        app::{Access, App, Grain},
        event::Event,
        keymap::BadKeymap,
        own,
        record::{Recorder, Recordings},
        report::{self, Report},
        request::{Leave, Request},
        still::next_frame,
        terminal::{self, Terminal, Window, notice::Notices},
        theme::{Glyphs, Look, ThemeError},
        update::{Start, deadline, start, update},
    },
};
use caller::Caller;
use chrono_tz::Tz;
pub use clipboard::Clipboard;
use dresser::Dresser;
use pace::Waiting;
use perform::Performer;
use screen::Screen;
use sources::Sources;
use std::{collections::BTreeSet, io, path::PathBuf};

/// How the terminal is to be run.
#[derive(Debug, Clone)]
pub struct Options {
    pub address: Address,
    pub access: Access,
    pub look: Look,
    /// The zone of local times.
    pub zone: Tz,
    /// What the terminal is taken for, for whoever wonders.
    pub report: Report,
    /// Where the fleet is remembered for the next start; none for servers that end with us.
    pub cache: Option<PathBuf>,
    /// What it opens on.
    pub start: Start,
    /// The first word on the screen: which environment this is.
    pub title: String,
    /// What is recorded of it, and where.
    pub record: Recordings,
    /// Where the user's keymap and themes are.
    pub config: Option<PathBuf>,
    /// At most so many frames in a second: 30 here, 10 over SSH.
    pub frames: u32,
    pub window: Window,
    pub bell: Bell,
    /// How the terminal notifies besides, if it shall.
    pub notices: Option<Notices>,
    pub clipboard: Clipboard,
    /// How finely clock and ages count.
    pub grain: Grain,
    /// Whether a slow link is spared from the start.
    pub slow: bool,
    /// Whether frames are wrapped so that they show whole (mode 2026), which GNU screen cannot.
    pub synchronized: bool,
    pub distance: Distance,
    /// Where exported lists are written; none when there is no place for them.
    pub exports: Option<PathBuf>,
}

/// Whether the terminal is asked now and then how far away it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distance {
    Measured,
    /// It is here, or something between would answer for it.
    Unasked,
}

/// Whether the terminal's bell rings for what calls somebody who looks elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bell {
    Rings,
    Silent,
}

/// What is to be said on the shell's screen after leaving.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exit {
    pub last_words: String,
}

#[derive(Debug, thiserror::Error)]
pub enum TuiError {
    #[error("{doing} the terminal failed: {why}")]
    Terminal { doing: &'static str, why: io::Error },
    #[error(transparent)]
    Keymap(#[from] BadKeymap),
    #[error(transparent)]
    Theme(#[from] ThemeError),
    #[error("the recording {} cannot be written: {why}", path.display())]
    Recording { path: PathBuf, why: io::Error },
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// In milliseconds, as times are.
const SECOND: i64 = 1_000;
/// So many events come into one frame at the most: a flood must not keep it from being drawn.
const FLOOD: usize = 1_000;

/// Opens the terminal on a server until the operator leaves.
pub async fn run(options: Options) -> Result<Exit, TuiError> {
    let (dresser, theme, bad_theme) = Dresser::open(options.config.as_deref(), options.look)?;
    let (keymap, bad_keys) = own::keymap(options.config.as_deref())?;
    let server = options.address.clone();
    let client = Client::new(options.address)?;
    let terminal = Terminal::enter(options.window).map_err(terminal_error("taking"))?;
    terminal::end_with_terminal();
    let feed = Feed::start(client.clone(), BTreeSet::new());
    let mut performer = Performer::new(client, feed.commands(), options.exports);
    performer.clipboard = options.clipboard;
    // Before the measuring, so that no change of the size goes unnoticed after it.
    let sources = Sources::open(feed).map_err(terminal_error("watching"))?;
    let size = Terminal::size().map_err(terminal_error("measuring"))?;
    let mut app = App::new(options.title, keymap, size, clock::now());
    app.ui.access = options.access;
    app.ui.zone = options.zone;
    app.ui.report = options.report;
    app.ui
        .report
        .set(report::CLIPBOARD, performer.clipboard.word());
    app.ui.grain = options.grain;
    for request in start(&mut app, &options.start) {
        performer.perform(request);
    }
    let ascii = theme.glyphs == Glyphs::Ascii;
    let between = SECOND / i64::from(options.frames.max(1));
    app.ui.themes = dresser.names();
    let caller = Caller::new(options.window, options.bell, options.notices);
    let look = (dresser, theme);
    let mut screen = Screen::new(terminal, look, caller, options.synchronized, between);
    screen.measure(options.distance);
    // The first frame does not wait for the network.
    let remembered = options.cache.as_deref();
    if let Some(seen) = remembered.and_then(|path| cache::read(path, &server)) {
        let _nothing = update(&mut app, clock::now(), Event::Remembered(Box::new(seen)));
    }
    for trouble in bad_theme.into_iter().chain(first(&bad_keys)) {
        let _nothing = update(&mut app, clock::now(), Event::Trouble(trouble));
    }
    let mut recorder = Recorder::new(&app, ascii, &options.record).map_err(|why| {
        let path = options.record.file.clone().unwrap_or_default();
        TuiError::Recording { path, why }
    })?;
    screen.draw(&app)?;
    if options.slow {
        screen.pace(&mut app, true);
    }
    let leave = match follow(&mut app, &mut screen, sources, performer, &mut recorder).await {
        // Nobody is left to be told.
        Err(TuiError::Terminal { why, .. }) if terminal::is_hang_up(&why) => Leave::Nothing,
        followed => followed?,
    };
    if let Some(path) = remembered {
        // The next start is a little emptier without it.
        let _forgotten = cache::write(path, &server, &app);
    }
    Ok(Exit {
        last_words: screen.leave(&app, leave),
    })
}

/// The first of several problems, and how many there are.
fn first(problems: &[String]) -> Option<String> {
    match problems {
        [] => None,
        [only] => Some(only.clone()),
        [first, ..] => Some(format!(
            "{} mistakes: pilothouse keys check; {first}",
            problems.len()
        )),
    }
}

fn terminal_error(doing: &'static str) -> impl Fn(io::Error) -> TuiError {
    move |why| TuiError::Terminal { doing, why }
}

/// Until the operator leaves: wait, take all that is there, draw once.
async fn follow(
    app: &mut App,
    screen: &mut Screen,
    mut sources: Sources,
    mut performer: Performer,
    recorder: &mut Recorder,
) -> Result<Leave, TuiError> {
    loop {
        let wake = next_wake(app, screen);
        let mut next = Some(sources.next(&mut performer, wake).await);
        let mut taken = 0;
        while let Some(event) = next.take() {
            let event = event.map_err(terminal_error("reading from"))?;
            screen.wait(waiting(&event));
            if let Some(leave) = take(app, screen, &mut performer, recorder, event)? {
                return Ok(leave);
            }
            taken += 1;
            if taken < FLOOD {
                next = sources.ready(&mut performer);
            }
        }
        screen.look_at_theme(app);
        if screen.keep_up(app)? && screen.is_due(app.ui.now) {
            screen.draw(app)?;
        }
    }
}

/// Whether somebody waits for what comes of an event.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "all others come by themselves"
)]
fn waiting(event: &Event) -> Waiting {
    match event {
        Event::Key(_) | Event::Paste(_) | Event::Pointer(_) | Event::Resize(_) => Waiting::Key,
        _ => Waiting::News,
    }
}

/// Takes one event in and does what follows; how to leave, when that is what follows.
fn take(
    app: &mut App,
    screen: &mut Screen,
    performer: &mut Performer,
    recorder: &mut Recorder,
    event: Event,
) -> Result<Option<Leave>, TuiError> {
    let now = clock::now();
    let trouble = recorder.note(app, now, &event);
    let mut requests = update(app, now, event);
    if let Some(why) = trouble {
        requests.extend(update(app, now, Event::Trouble(why)));
    }
    for request in requests {
        match request {
            Request::Quit(leave) => return Ok(Some(leave)),
            Request::Redraw => screen.redraw(),
            Request::Slow(slow) => screen.pace(app, slow),
            Request::Mouse(heard) => screen.hear_mouse(heard)?,
            Request::Locate { x, y } => {
                if let Some(spot) = screen.spot(app, (x, y)) {
                    let event = Event::Pointed(spot);
                    if let Some(leave) = take(app, screen, performer, recorder, event)? {
                        return Ok(Some(leave));
                    }
                }
            }
            Request::Suspend => screen.suspend(app)?,
            Request::Time => screen.answered(app),
            Request::Retake => screen.retake(app)?,
            Request::Copy(text) if performer.clipboard == Clipboard::Terminal => {
                screen.copy(app, &text);
            }
            Request::Record => tell(app, recorder.write()),
            Request::Snap => tell(app, screen.snap(app, recorder)),
            Request::Theme(name) => screen.wear(app, &name),
            Request::Copy(_)
            | Request::LoadPlan { .. }
            | Request::Commit(_)
            | Request::AskSettled(_)
            | Request::NewKey
            | Request::Watch(_)
            | Request::Reload(_)
            | Request::LoadEarlier { .. }
            | Request::Ask { .. }
            | Request::LoadDelivery { .. }
            | Request::AskAccess
            | Request::Save { .. }
            | Request::RetryLink => performer.perform(request),
        }
    }
    Ok(None)
}

/// Says where something was written, or why it was not.
fn tell(app: &mut App, written: Result<PathBuf, String>) {
    let event = match written {
        Ok(path) => Event::Done(format!("written: {}", path.display())),
        Err(why) => Event::Trouble(format!("nothing was written: {why}")),
    };
    // Neither asks for anything.
    let _nothing = update(app, clock::now(), event);
}

/// When to wake at the latest: when what is shown of time changes, for what the app waits for, or for
/// a frame that had to wait. Never, when there is no such thing.
fn next_wake(app: &App, screen: &Screen) -> Option<Time> {
    let due = screen.due(app.ui.now);
    let moments = [next_frame(app), deadline(app), due];
    moments.into_iter().flatten().min()
}

//! How the terminal carries a large fleet: `cargo bench --bench terminal`. Ten thousand pipelines of
//! thirty stages are drawn, walked through with keys and changed a thousand times a second; what is
//! printed is time, memory and bytes. The fleet is made up, all else is the program's own. Then the
//! program itself is started in a pseudo-terminal.

#![expect(
    clippy::unwrap_used,
    reason = "a bench that cannot go on should stop where it is"
)]
#![expect(
    clippy::print_stdout,
    reason = "what is measured is for whoever started it"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "a frame takes less than the millisecond that the program counts in"
)]
#![expect(
    clippy::wildcard_imports,
    reason = "what is measured speaks in the whole vocabulary"
)]

#[path = "terminal/process.rs"]
mod process;
#[path = "../it/serving.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod serving;
#[path = "settled.rs"]
#[expect(dead_code, reason = "other benches use more of it")]
mod settled;
#[path = "../it/taken.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod taken;
#[path = "../it/world.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod world;

use pilothouse::{
    api::{Cursor, Fleet, StreamEvent},
    client::{FeedEvent, Link},
    model::{
        Actor, Cell, Kind, Org, PipelineName, ReleaseId, Revision, RowDetail, ServiceName, Span,
        StageName, Status, Summary, TeamName, Time,
    },
    tui::{
        app::{App, Opened, Size},
        event::Event,
        keymap::Keymap,
        paint::Painter,
        screen::{BoardScreen, Screen},
        theme::{Depth, Look, Theme},
        update::update,
        view,
    },
};
use std::time::{Duration, Instant};

const PIPELINES: u32 = 10_000;
const STAGES: u32 = 30;
const CHANGES: u32 = 1_000;
/// Frames in a second, here.
const FRAMES: u32 = 30;
/// The keys that are measured on the fleet, and on the board of one pipeline.
const ON_FLEET: [&str; 6] = ["j", "G", "g g", "Ctrl-d", "s", "v"];
const ON_BOARD: [&str; 4] = ["l", "h", "L", "w"];
const SIZES: [(u16, u16); 2] = [(80, 24), (200, 60)];

fn main() {
    let now = Time(1_764_000_000_000);
    println!("{PIPELINES} pipelines of {STAGES} stages");
    for (width, height) in SIZES {
        let mut seat = Seat::new(width, height, now);
        let loaded = timed(|| seat.event(Event::Feed(FeedEvent::Fleet(Box::new(fleet(now))))));
        let link = Link::Live {
            since: now,
            last: now,
        };
        seat.event(Event::Feed(FeedEvent::Link(link)));
        let (bytes, first) = (seat.frame(), timed(|| seat.whole_frame()));
        println!("{width}x{height}: fleet taken in {loaded:.2?}, frame {first:.2?} and {bytes} B");
        println!("  nothing new: {} B", seat.frame());
        keys(&mut seat, &ON_FLEET);
        stream(&mut seat, now);
        board(&mut seat);
    }
    println!("memory: {} MB at the most", most_held() / 1_024);
    process::measure();
}

/// The board of a pipeline of as many stages, four releases old, over that fleet.
fn board(seat: &mut Seat) {
    let mut world = settled::long(STAGES as usize);
    for _ in 0..3 {
        settled::push(&mut world);
        settled::settle(&mut world);
    }
    settled::push(&mut world);
    let name = world.pipeline.name.clone();
    let row = pilothouse::model::summary(&world.pipeline, &world.org, world.now).unwrap();
    seat.app.replica.org = world.org;
    seat.app.replica.rows.insert(row);
    let opened = Opened {
        pipeline: world.pipeline,
        entries: world.entries.into(),
    };
    seat.app.replica.opened.insert(name.clone(), opened);
    let board = BoardScreen::of(name, None);
    seat.app.ui.screens.push(Screen::Board(board));
    let (bytes, first) = (seat.frame(), timed(|| seat.whole_frame()));
    println!("  the board of {STAGES} stages: frame {first:.2?} and {bytes} B");
    keys(seat, &ON_BOARD);
}

/// From a key to the bytes of its frame.
fn keys(seat: &mut Seat, which: &[&str]) {
    for keys in which {
        let mut bytes = 0;
        let mut times: Vec<Duration> = (0..200)
            .map(|_| {
                timed(|| {
                    for key in keys.split(' ') {
                        seat.event(Event::Key(key.parse().unwrap()));
                    }
                    bytes = seat.frame();
                })
            })
            .collect();
        times.sort();
        let (middle, most) = (times[times.len() / 2], times[times.len() * 99 / 100]);
        println!("  key {keys:<6} to frame: p50 {middle:.2?}, p99 {most:.2?}, the last {bytes} B");
    }
}

/// A thousand changes in what would be a second, drawn as often as the terminal draws.
fn stream(seat: &mut Seat, now: Time) {
    let mut bytes = 0;
    let took = timed(|| {
        for at in 0..CHANGES {
            let mut row = row(at * 7 % PIPELINES, now);
            row.status = Status::ALL[(at % 5) as usize];
            row.revision = Revision(2);
            let change = StreamEvent::Summary(row);
            seat.event(Event::Feed(FeedEvent::Event(change)));
            if at % (CHANGES / FRAMES) == 0 {
                bytes += seat.frame();
            }
        }
    });
    println!("  {CHANGES} changes and {FRAMES} frames: {took:.2?} busy, {bytes} B");
}

/// An app, what it is drawn with, and a terminal that only counts.
struct Seat {
    app: App,
    painter: Painter,
    theme: Theme,
    now: Time,
}

impl Seat {
    fn new(width: u16, height: u16, now: Time) -> Self {
        let look = Look {
            depth: Depth::Indexed,
            theme: "ansi".to_owned(),
            ..Look::plain()
        };
        let size = Size { width, height };
        let keymap = Keymap::built_in().unwrap();
        Self {
            app: App::new("BENCH".to_owned(), keymap, size, now),
            painter: Painter::new(width, height, true),
            theme: Theme::load(&look).unwrap(),
            now,
        }
    }

    fn event(&mut self, event: Event) {
        // Keys a while apart, as a person presses them.
        self.now = self.now + Span(10);
        let _requests = update(&mut self.app, self.now, event);
    }

    fn frame(&mut self) -> usize {
        let (app, theme) = (&self.app, &self.theme);
        let bytes = self
            .painter
            .frame(|buffer| view::render(app, theme, buffer));
        bytes.map_or(0, |bytes| bytes.len())
    }

    fn whole_frame(&mut self) {
        let (width, height) = self.painter.size();
        self.painter.reset(width, height);
        self.frame();
    }
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn fleet(now: Time) -> Fleet {
    Fleet {
        cursor: Cursor {
            epoch: "bench".to_owned(),
            seq: 1,
        },
        now,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        operator: Actor::parse("ana").unwrap(),
        access: None,
        heartbeat: Span::seconds(5),
        rows: (0..PIPELINES).map(|at| row(at, now)).collect(),
        org: Org::default(),
    }
}

fn row(at: u32, now: Time) -> Summary {
    let status = |n: u32| Status::ALL[n as usize % Status::ALL.len()];
    let cells = (0..STAGES).map(|stage| Cell {
        stage: StageName::parse(&format!("stage-{stage}")).unwrap(),
        status: status(at + stage),
        release: Some(ReleaseId(at % 90 + 1)),
    });
    Summary {
        pipeline: PipelineName::parse(&format!("service-{at:05}-api")).unwrap(),
        service: ServiceName::parse(&format!("service-{at:05}")).unwrap(),
        owner: TeamName::parse(&format!("team-{}", at % 300)).unwrap(),
        kind: Kind::Application,
        revision: Revision(1),
        status: status(at),
        cells: cells.collect(),
        release: Some(ReleaseId(at % 90 + 1)),
        stage: Some(StageName::parse("stage-7").unwrap()),
        since: Some(Time(now.0 - i64::from(at) * 1_000)),
        why: "stage-7 waits for an approval of the people on call".to_owned(),
        detail: Box::new(RowDetail::default()),
    }
}

/// The most kilobytes that this process has held in memory.
fn most_held() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

//! What a slow link carries: bytes of a first frame, of a moved selection, of a minute that passed and
//! of nothing new, as a terminal with 256 colours gets them (UX.md, acceptance checks). No clock is
//! read here.

use crate::{
    dialogs::press,
    fixture::{app, board_of},
};
use pilothouse::{
    model::Span,
    tui::{
        app::App,
        event::Event,
        paint::Painter,
        theme::{Depth, Look, Theme},
        update::update,
        view,
    },
};
use ratatui::buffer::Buffer;

/// Half as much again as the specification was measured with. A moved selection is two rows of a list
/// that are marked anew. What is said below the list of the row that was moved to comes on top: its
/// words are other ones, and to send them later would say for a while what is true of another row. A
/// key that is held down costs no more for it than the frames that the link has room for.
struct Allowed {
    size: (u16, u16),
    first: usize,
    every_age: usize,
    /// Another row of the fleet, with what is said of it; another stage of a board.
    moved: [usize; 2],
}

const ALLOWED: [Allowed; 2] = [
    Allowed {
        size: (80, 24),
        first: 7_200,
        every_age: 825,
        moved: [260, MARKS],
    },
    Allowed {
        size: (200, 60),
        first: 43_350,
        every_age: 5_700,
        moved: [280, MARKS],
    },
];
const MARKS: usize = 118;
/// Rows below the fleet's list: what is said of the selected one, the last result, the keys.
const BELOW: usize = 5;

/// A terminal that only counts.
struct Counter {
    painter: Painter,
    theme: Theme,
}

impl Counter {
    fn new((width, height): (u16, u16)) -> Self {
        let look = Look {
            theme: "cvd-dark".to_owned(),
            depth: Depth::Indexed,
            ..Look::plain()
        };
        Self {
            painter: Painter::new(width, height, true),
            theme: Theme::load(&look).unwrap(),
        }
    }

    fn frame(&mut self, app: &App) -> usize {
        self.cut(app, |_| ())
    }

    fn cut(&mut self, app: &App, cut: impl Fn(&mut Buffer)) -> usize {
        let frame = self.painter.frame(|buffer| {
            view::render(app, &self.theme, buffer);
            cut(buffer);
        });
        frame.map_or(0, |frame| frame.len())
    }
}

#[test]
fn a_frame_costs_what_is_new_in_it() {
    for allowed in ALLOWED {
        let (width, height) = allowed.size;
        for screen in [None, Some(board_of("wave-1"))] {
            let what = screen.as_ref().map_or("fleet", |_| "board");
            let mut app = app(width, height);
            app.ui.screens.extend(screen);
            let most = allowed.moved[usize::from(what == "board")];
            let mut counter = Counter::new(allowed.size);
            let first = counter.frame(&app);
            assert_eq!(counter.frame(&app), 0, "{what} {width}: nothing is new");
            press(&mut app, if what == "fleet" { "j" } else { "l" });
            let moved = counter.frame(&app);
            let later = app.ui.now + Span::minutes(61);
            let _requests = update(&mut app, later, Event::Tick);
            let ages = counter.frame(&app);
            println!(
                "{what} {width}x{height}: first {first} B, selection {moved} B, ages {ages} B"
            );
            assert!(first <= allowed.first, "{what} {width}: first {first} B");
            assert!(moved > 0 && moved <= most, "{what}: {moved} B");
            assert!(ages > 0 && ages <= allowed.every_age, "{what}: {ages} B");
        }
    }
}

#[test]
fn a_moved_selection_marks_two_rows_and_no_more() {
    for allowed in ALLOWED {
        let (width, height) = allowed.size;
        let list_alone = |buffer: &mut Buffer| {
            let from = buffer.content.len() - BELOW * usize::from(width);
            buffer.content[from..]
                .iter_mut()
                .for_each(ratatui::buffer::Cell::reset);
        };
        let mut app = app(width, height);
        let mut counter = Counter::new(allowed.size);
        counter.cut(&app, list_alone);
        for key in ["j", "j", "k"] {
            // No time passes, or ages would count.
            let now = app.ui.now;
            let _requests = update(&mut app, now, Event::Key(key.parse().unwrap()));
            let moved = counter.cut(&app, list_alone);
            assert!(moved > 0 && moved <= MARKS, "{key} {width}: {moved} B");
        }
    }
}

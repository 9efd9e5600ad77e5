//! The fleet list without a terminal: which rows a view and a filter show, that a page is a part of
//! the whole, and that neither the cursor nor marks move when rows do.

use crate::{
    dialogs::press,
    fixture::{app, name, now},
    screens::plain,
};
use pilothouse::{
    api::StreamEvent,
    client::FeedEvent,
    model::*,
    tui::{
        app::App,
        event::Event,
        rows,
        screen::{FleetScreen, FleetSort, FleetView, Screen},
        update::update,
        view,
    },
};

fn fleet(app: &App) -> &FleetScreen {
    match app.ui.screens.first() {
        Some(Screen::Fleet(fleet)) => fleet,
        other => panic!("{other:?}"),
    }
}

fn shown(app: &App, screen: &FleetScreen) -> String {
    let rows = rows::fleet(app, screen);
    let names: Vec<&str> = rows.iter().map(|row| row.pipeline.as_str()).collect();
    names.join(" ")
}

#[test]
fn views_and_filters_show_these_rows() {
    let app = app(80, 24);
    for (view, filter, wanted) in [
        (
            FleetView::Mine,
            "",
            "ledger-writer auth-gateway checkout cart-service static-assets mailer",
        ),
        (
            FleetView::Mine,
            "!st:approve",
            "ledger-writer cart-service static-assets mailer",
        ),
        (FleetView::Attention, "st:ap", "auth-gateway checkout"),
        (FleetView::Attention, "own:payments", "checkout"),
        (FleetView::Attention, "~pyi", "payments-api"),
        (
            FleetView::Attention,
            "wave-2 !window",
            "static-assets img-resizer",
        ),
        (FleetView::Attention, "st:no-data", "geo-lookup"),
        (
            FleetView::All,
            "er !idle",
            "cart-service img-resizer ledger-writer mailer search-indexer tax-tables",
        ),
        (FleetView::Marked, "", "mailer pricing"),
        (FleetView::Team, "nothing-like-it", ""),
    ] {
        let screen = FleetScreen {
            filter: filter.to_owned(),
            sort: view.sort(),
            view,
            marked: [name("pricing"), name("mailer")].into(),
            ..FleetScreen::default()
        };
        assert_eq!(shown(&app, &screen), wanted, "{view:?} {filter:?}");
    }
}

#[test]
fn the_order_is_that_of_the_alphabet_of_states() {
    let app = app(80, 24);
    let screen = FleetScreen::default();
    let rows = rows::fleet(&app, &screen);
    let states: Vec<Status> = rows.iter().map(|row| row.status).collect();
    let mut sorted = states.clone();
    sorted.sort();
    assert_eq!(states, sorted);
    let mut all = Status::ALL.to_vec();
    all.retain(|status| !states.contains(status));
    assert_eq!(all, [], "every state has a row here");
}

#[test]
fn a_page_is_a_part_of_the_whole_list() {
    let mut app = app(80, 24);
    for at in 0..230_u32 {
        let mut row = app.replica.rows.get(&name("checkout")).unwrap().clone();
        row.pipeline = name(&format!("p{at}"));
        row.status = Status::ALL[at as usize % Status::ALL.len()];
        row.since = Some(Time(now().0 - i64::from(at % 7) * 60_000));
        app.replica.rows.insert(row);
    }
    for sort in [FleetSort::Attention, FleetSort::Name, FleetSort::Recent] {
        let mut screen = FleetScreen {
            sort,
            ..FleetScreen::default()
        };
        let all: Vec<PipelineName> = rows::fleet(&app, &screen)
            .into_iter()
            .map(|row| row.pipeline.clone())
            .collect();
        for (height, at) in [
            (1, 0),
            (1, 243),
            (17, 0),
            (17, 16),
            (17, 17),
            (17, 243),
            (500, 90),
        ] {
            screen.selected = Some(all[at].clone());
            let page = rows::page(&app, &screen, height);
            let names: Vec<_> = page.page.iter().map(|row| row.pipeline.clone()).collect();
            assert_eq!((page.selected, page.of), (Some(at), all.len()));
            assert_eq!(
                names,
                all[page.first..page.first + names.len()],
                "{sort:?} {at}"
            );
            assert!(names.contains(&all[at]) && names.len() <= height);
        }
    }
}

#[test]
fn rows_that_reorder_move_neither_the_cursor_nor_marks() {
    let mut app = app(80, 24);
    press(&mut app, "Space");
    let first = fleet(&app).selected.clone().unwrap();
    assert_eq!(first, name("payments-api"));
    let mut row = app.replica.rows.get(&first).unwrap().clone();
    row.status = Status::Ok;
    let event = Event::Feed(FeedEvent::Event(StreamEvent::Summary(row)));
    let at = app.ui.now;
    update(&mut app, at, event);
    press(&mut app, "Space j Space");
    assert_eq!(fleet(&app).marked, [name("mailer")].into());
    let text = view::text(&app, &plain(), 80, 24);
    assert!(text.contains("> .* mailer"), "{text}");
}

#[test]
fn a_bookmark_is_jumped_to_and_back() {
    let mut app = app(80, 24);
    press(&mut app, "Enter b Esc '");
    assert_eq!(app.screen().pipeline(), Some(&name("payments-api")));
    press(&mut app, "'");
    assert_eq!(app.screen().pipeline(), None);
}

#[test]
fn thirty_stages_leave_room_for_why() {
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
        let mut app = app(width, height);
        let rows = app.replica.rows.all().cloned();
        let wide = rows.map(|row| Summary {
            cells: vec![row.cells[0].clone(); 30],
            ..row
        });
        app.replica.rows = wide.collect();
        let text = view::text(&app, &plain(), width, height);
        assert!(text.contains("wave-1 alarm"), "{text}");
        assert!(
            text.lines()
                .all(|line| line.chars().count() <= usize::from(width))
        );
    }
}

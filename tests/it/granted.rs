//! The terminal over a real server, as everybody that there can be: it learns what it may do, says so
//! beside every key, and tells a refusal of the server from a command that was never sent.

use crate::{
    fixture::{board_of, name},
    screens::plain,
    serving::{Serving, planned_hold, serve, service},
};
use pilothouse::{
    api::TokenRequest,
    client::{Address, Client, FeedEvent},
    clock,
    model::{Access, Grant, PipelineName, Role, Span, StageName},
    server::{Listen, token},
    tui::{
        action::{Action, Verb},
        app::{App, Size},
        event::{CommitAnswer, Event},
        gate,
        keymap::Keymap,
        request::Request,
        update::update,
        view,
    },
};

async fn served() -> (tempfile::TempDir, Serving) {
    let directory = tempfile::tempdir().unwrap();
    let service = service(directory.path()).await;
    let token = token::open(directory.path()).unwrap();
    let addr = "127.0.0.1:0".parse().unwrap();
    (directory, serve(service, Listen::Tcp { addr, token }))
}

/// Somebody whose token has a role for the pipelines of some teams.
async fn somebody(serving: &Serving, role: Role, teams: &[&str]) -> Client {
    let label = format!("{role}{}", teams.join("-"));
    let request = TokenRequest {
        name: name(&label),
        actor: Some(name("ana")),
        grant: Grant {
            role,
            teams: teams.iter().map(|team| name(team)).collect(),
        },
        lasts: None,
    };
    let made = serving.client.make_token(&request).await.unwrap();
    let Address::Tcp { url, .. } = serving.address.clone() else {
        panic!("this is TCP");
    };
    let token = made.secret;
    Client::new(Address::Tcp { url, token }).unwrap()
}

/// A terminal that has heard what the server tells them, on the board of the cart.
async fn terminal(client: &Client) -> App {
    let (width, height) = (100, 30);
    let mut app = App::new(
        "PROD".to_owned(),
        Keymap::shipped(),
        Size { width, height },
        clock::now(),
    );
    let cart: PipelineName = name("cart");
    let fleet = client.fleet().await.unwrap();
    let snapshot = client.pipeline(&cart).await.unwrap();
    app.ui.screens.push(board_of("gamma"));
    if let Some(pilothouse::tui::screen::Screen::Board(board)) = app.ui.screens.last_mut() {
        board.pipeline = cart;
        board.selected = Some(StageName::source());
    }
    let live = pilothouse::client::Link::Live {
        since: clock::now(),
        last: clock::now(),
    };
    for event in [
        FeedEvent::Link(live),
        FeedEvent::Fleet(Box::new(fleet)),
        FeedEvent::Snapshot(Box::new(snapshot)),
    ] {
        take(&mut app, Event::Feed(event));
    }
    app
}

fn take(app: &mut App, event: Event) -> Vec<Request> {
    let now = app.ui.now + Span(500);
    update(app, now, event)
}

fn screen(app: &App) -> String {
    let Size { width, height } = app.ui.size;
    view::text(app, &plain(), width, height)
}

#[tokio::test]
async fn every_role_is_told_what_it_may_do_and_why_not_the_rest() {
    let (_directory, serving) = served().await;
    for (role, teams, may_hold) in [
        (Role::Viewer, &[][..], false),
        (Role::Approver, &[], false),
        (Role::Operator, &["search"], false),
        (Role::Operator, &["payments"], true),
        (Role::Operator, &[], true),
        (Role::Admin, &[], true),
    ] {
        let client = somebody(&serving, role, teams).await;
        let mut app = terminal(&client).await;
        let case = format!("{role} of {teams:?}");
        let reason = gate::disabled(&app, Action::Ask(Verb::Hold));
        assert_eq!(reason.is_none(), may_hold, "{case}: {reason:?}");
        let word = if role == Role::Viewer {
            "  RO  "
        } else {
            "  RW  "
        };
        assert!(screen(&app).contains(word), "{case}:\n{}", screen(&app));
        for key in ["a", "h"] {
            take(&mut app, Event::Key(key.parse().unwrap()));
        }
        assert_eq!(app.ui.dialog.is_some(), may_hold, "{case}");

        // What the server says of the same command.
        let commit = planned_hold(&client, "cart", "stop").await;
        let answer = CommitAnswer::from(client.commit(&commit).await);
        let refused = matches!(answer, CommitAnswer::NotPermitted(_));
        assert_eq!(refused, !may_hold, "{case}: {answer:?}");
    }
    serving.stop().await.stop().await;
}

#[tokio::test]
async fn a_role_that_was_taken_away_meanwhile_ends_as_refused() {
    let (_directory, serving) = served().await;
    let approver = somebody(&serving, Role::Approver, &[]).await;
    let mut app = terminal(&approver).await;
    // The terminal still believes what it was told before.
    take(&mut app, Event::Granted(Access::everywhere(Role::Operator)));
    for key in ["a", "h"] {
        take(&mut app, Event::Key(key.parse().unwrap()));
    }
    let commit = planned_hold(&approver, "cart", "stop").await;
    let key = commit.request.key.clone();
    let dialog = app.ui.dialog.as_mut().unwrap();
    dialog.key = Some(key.clone());
    let flight = pilothouse::tui::app::InFlight {
        key: key.clone(),
        title: "hold cart".to_owned(),
        sent: app.ui.now,
        asking: None,
    };
    app.ui.in_flight.insert(Some(name("cart")), flight);
    let answer = approver.commit(&commit).await.into();
    let asked = take(&mut app, Event::Committed { key, answer });
    assert_eq!(asked, [Request::AskAccess]);
    let shown = screen(&app).replace('\n', " ");
    for part in [
        "REFUSED: HOLD",
        "REFUSED, nothing was done: your role does not allow it",
        "that takes the role operator",
        "pilothouse token create",
    ] {
        assert!(shown.contains(part), "{part}:\n{}", screen(&app));
    }
    assert!(!shown.contains("NOT SENT"), "{shown}");
    serving.stop().await.stop().await;
}

//! What happened to a terminal can be seen again: recordings are written, read, stepped and made into
//! asciicasts, and those under `tests/recordings` still end with the screen that they ended with.
//! `PILOTHOUSE_RECORDINGS=1` records them anew.

use crate::{
    fixture::{self, app, name, now},
    pty::terminal::{emulator, resize},
    screens::plain,
};
use pilothouse::{
    engine,
    model::*,
    tui::{
        app::{App, Size},
        chord::{Code, Key},
        event::{Event, PlanAnswer},
        record::{Recorder, Recordings, cast::cast, player::Player, tape::Tape},
        request::Request,
        update::update,
        view,
    },
};
use ratatui::{buffer::Buffer, layout::Rect};
use std::{env, fs, os::unix::fs::PermissionsExt as _, path::PathBuf};
use tempfile::TempDir;

const REASON: &str = "quokkas wombats numbats";

/// Somebody at a terminal, and the recorder beside them.
struct Session {
    app: App,
    recorder: Recorder,
    folder: TempDir,
}

impl Session {
    fn start(app: App) -> Self {
        let folder = TempDir::new().unwrap();
        let wanted = Recordings {
            folder: Some(folder.path().join("recordings")),
            file: Some(folder.path().join("all.jsonl")),
        };
        Self {
            recorder: Recorder::new(&app, true, &wanted).unwrap(),
            app,
            folder,
        }
    }

    fn take(&mut self, event: Event) {
        let now = self.app.ui.now + Span(500);
        assert_eq!(self.recorder.note(&self.app, now, &event), None);
        for request in update(&mut self.app, now, event) {
            self.answer(request);
        }
    }

    /// Plans come from the real engine; everything else is not needed here.
    fn answer(&mut self, request: Request) {
        match request {
            Request::NewKey => self.take(Event::NewKey(name("7c1e-50af"))),
            Request::LoadPlan {
                asked,
                pipeline,
                command,
            } => {
                let state = self.app.pipeline(&pipeline.unwrap()).unwrap();
                let (org, at) = (&self.app.replica.org, self.app.server_now());
                let answer = match engine::plan(state, org, at, &name("ana"), &command) {
                    Ok(plan) => PlanAnswer::Ready(Box::new(plan)),
                    Err(refusal) => PlanAnswer::Refused(Box::new(refusal)),
                };
                self.take(Event::Planned { asked, answer });
            }
            _ => {}
        }
    }

    fn press(&mut self, keys: &str) {
        for key in keys.split(' ') {
            self.take(Event::Key(key.parse().unwrap()));
        }
    }

    fn type_in(&mut self, text: &str) {
        for letter in text.chars() {
            self.take(Event::Key(Key::plain(Code::Char(letter))));
        }
        self.take(Event::Tick);
    }

    fn screen(&self) -> String {
        let Size { width, height } = self.app.ui.size;
        let text = view::text(&self.app, &plain(), width, height);
        text.trim_end().to_owned()
    }

    fn written(&self) -> (PathBuf, String) {
        let path = self.recorder.write().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        (path, text)
    }
}

/// Looks around the busy night: boards, a stage, events, a filter, another size.
fn looking() -> Session {
    let mut session = Session::start(app(80, 24));
    session.take(Event::Resize(Size {
        width: 100,
        height: 30,
    }));
    session.press("/");
    session.type_in("checkout");
    session.press("Enter Enter l l Enter Tab j Esc e k k");
    session
}

/// Opens the approval of what waits at gamma, and begins to fill it in.
fn approving() -> Session {
    let mut night = app(80, 24);
    night.ui.screens.push(fixture::board_of("gamma"));
    let mut session = Session::start(night);
    session.press("A Tab Tab");
    session.type_in(REASON);
    session.press("Tab");
    session.type_in("check");
    session
}

fn tape(session: &Session) -> Tape {
    Tape::read(&session.written().1).unwrap()
}

#[test]
fn a_replay_ends_with_the_screen_that_was_seen() {
    let session = looking();
    let tape = tape(&session);
    assert_eq!(tape.last_screen(), session.screen());
    assert_eq!(tape.screen(), Some(session.screen().as_str()));
    // The file that was written as it happened tells the same.
    let all = fs::read_to_string(session.folder.path().join("all.jsonl")).unwrap();
    assert_eq!(Tape::read(&all).unwrap().last_screen(), session.screen());
}

#[test]
fn what_was_typed_into_a_dialog_stays_out() {
    let session = approving();
    let (path, text) = session.written();
    let seen = session.screen();
    assert!(seen.contains(REASON), "{seen}");
    // Not a word of it, in keys or in plans; keys come one by one.
    let steps: Vec<&str> = text.lines().skip(1).collect();
    for word in REASON.split(' ') {
        assert!(!steps.concat().contains(word), "{word}");
    }
    let typed: String = steps
        .iter()
        .filter_map(|step| step.split("\"Char\":\"").nth(1)?.chars().next())
        .collect();
    assert!(typed.contains("xxxxxxx xxxxxxx xxxxxxx"), "{typed}");
    assert!(typed.contains("check"), "the name is in the plan: {typed}");
    // And still it is the same screen but for that.
    let words = REASON.split(' ');
    let veiled = words.fold(seen, |seen, word| seen.replace(word, "xxxxxxx"));
    assert_eq!(Tape::read(&text).unwrap().last_screen(), veiled);
    let mode = fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_long_session_is_kept_from_a_later_start() {
    let mut session = looking();
    let long = "word ".repeat(1_000);
    for _ in 0..400 {
        session.take(Event::Trouble(long.clone()));
    }
    session.press("Esc");
    let (_, text) = session.written();
    assert!(text.len() < 4 << 20, "{}", text.len());
    assert!(text.lines().count() < 400, "nothing was ever left out");
    assert_eq!(Tape::read(&text).unwrap().last_screen(), session.screen());
}

#[test]
fn what_cannot_be_played_says_where_and_why() {
    let (_, text) = looking().written();
    let with = |old: &str, new: &str| text.replacen(old, new, 1);
    let line = |n: usize, new: &str| {
        let mut lines: Vec<&str> = text.lines().collect();
        lines[n] = new;
        format!("{}\n", lines.join("\n"))
    };
    for (text, said) in [
        (String::new(), "line 1 of the recording: the file is empty"),
        (
            "hello\n".to_owned(),
            "line 1 of the recording: no recording",
        ),
        (
            with("\"recording\":1", "\"recording\":7"),
            "line 1 of the recording: it has version 7, this program plays version 1",
        ),
        (line(2, "{}"), "line 3 of the recording: missing field"),
        (
            line(
                2,
                "{\"at\":\"2026-03-09T03:12:45Z\",\"event\":{\"Knock\":1}}",
            ),
            "line 3 of the recording: unknown variant `Knock`",
        ),
    ] {
        let why = Tape::read(&text).unwrap_err().to_string();
        assert!(why.starts_with(said), "{why}");
    }
    // The last line of a machine that lost its power.
    let cut = &text[..text.rfind("{\"screen\"").unwrap() + 5];
    assert!(Tape::read(cut).is_ok());
}

#[test]
fn a_player_steps_seeks_and_never_reaches_the_app() {
    let session = looking();
    let tape = tape(&session);
    let mut player = Player::new(&tape, now());
    let mut press = |key: &str| assert!(player.key(key.parse().unwrap(), now()), "{key}");
    press("G");
    press("A");
    press("Enter");
    press(",");
    press(".");
    let shown = |player: &Player<'_>| {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 100, 30));
        player.draw(&plain(), &mut buffer);
        let rows = buffer.content.chunks(100);
        let rows = rows.map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect());
        rows.fold(String::new(), |text, row: String| {
            text + row.trim_end() + "\n"
        })
    };
    let n_steps = tape.len();
    let text = shown(&player);
    assert!(text.starts_with(" REPLAY PROD"), "{text}");
    assert!(
        text.contains(&format!(" REPLAY {n_steps}/{n_steps} ")),
        "{text}"
    );
    // All but the first and the last line are what was seen.
    let seen = session.screen();
    let body: Vec<&str> = seen.lines().skip(1).take(27).collect();
    assert_eq!(text.lines().skip(1).take(27).collect::<Vec<_>>(), body);

    assert!(player.key("g".parse().unwrap(), now()));
    assert!(player.key("Space".parse().unwrap(), now()));
    player.tick(now() + Span::hours(1));
    assert!(shown(&player).contains(&format!(" REPLAY {n_steps}/{n_steps} ")));
    assert!(!player.key("q".parse().unwrap(), now()));
}

#[test]
fn an_asciicast_shows_the_same_in_another_terminal() {
    let session = looking();
    let lines = cast(&tape(&session), &plain());
    let header: serde_json::Value = serde_json::from_str(&lines[0]).unwrap();
    assert_eq!(header["version"], 2);
    assert_eq!(
        (&header["width"], &header["height"]),
        (&80.into(), &24.into())
    );
    let mut terminal = emulator(80, 24);
    let mut last = 0.0;
    for line in &lines[1..] {
        let (at, what, data): (f64, String, String) = serde_json::from_str(line).unwrap();
        assert!(at >= last, "time runs backwards: {line}");
        last = at;
        match what.as_str() {
            "o" => terminal.process(data.as_bytes()),
            "r" => resize(&mut terminal, 100, 30),
            _ => panic!("{line}"),
        }
    }
    let shown = terminal.screen().contents();
    let shown: Vec<&str> = shown.lines().map(str::trim_end).collect();
    assert_eq!(shown.join("\n").trim_end(), session.screen());
}

#[test]
fn kept_recordings_end_as_they_did() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
    if env::var_os("PILOTHOUSE_RECORDINGS").is_some() {
        fs::create_dir_all(&folder).unwrap();
        for (label, session) in [("looking", looking()), ("approving", approving())] {
            let text = session.written().1;
            fs::write(folder.join(format!("{label}.jsonl")), text).unwrap();
        }
    }
    let mut n_played = 0;
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let tape = Tape::read(&text).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        let label = path.display();
        assert_eq!(Some(tape.last_screen().as_str()), tape.screen(), "{label}");
        n_played += 1;
    }
    assert!(n_played >= 2);
}

//! A pseudo-terminal with a program in it: keys go in, bytes come out, and a terminal emulator says
//! what somebody in front of it would see. The only place that knows `portable-pty` and `vt100`.

use pilothouse::clock::Stopwatch;
use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use std::{
    io::{Read, Write},
    num::NonZero,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

/// Between two looks at the screen.
const LOOK: Duration = Duration::from_millis(10);
/// A program that is asked to end has no reason to take longer, even on a busy machine.
const ENDING: Duration = Duration::from_secs(20);

/// How a program is started: with exactly this environment and nothing of this machine's user.
pub(crate) struct Start {
    program: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    size: (u16, u16),
}

/// A program that runs in a pseudo-terminal; it is killed when this is dropped.
pub(crate) struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    keys: Option<Box<dyn Write + Send>>,
    seen: Arc<Mutex<Seen>>,
    unplugged: Arc<AtomicBool>,
    /// Whether nobody reads what the program writes.
    held: Arc<AtomicBool>,
    reader: Option<JoinHandle<()>>,
    /// The modes before the program had a chance.
    pub(crate) modes_before: String,
}

/// Everything that the program wrote, as bytes and as a picture.
struct Seen {
    bytes: Vec<u8>,
    parser: vt100::Parser,
}

impl Start {
    /// The program under test, at 80x24 in a terminal that can do most things. `home` is its user's
    /// home and its place for temporary files.
    pub(crate) fn pilothouse(home: &Path, arguments: &[&str]) -> Self {
        Self::program(Path::new(env!("CARGO_BIN_EXE_pilothouse")), home, arguments)
    }

    pub(crate) fn program(program: &Path, home: &Path, arguments: &[&str]) -> Self {
        let start = Self {
            program: program.to_owned(),
            arguments: arguments.iter().map(|&text| text.to_owned()).collect(),
            environment: Vec::new(),
            size: (80, 24),
        };
        let home = home.to_str().unwrap();
        let path = std::env::var("PATH").unwrap();
        start
            .with("HOME", home)
            .with("TMPDIR", home)
            .with("PATH", &path)
            .with("TERM", "xterm-256color")
            .with("LANG", "C")
    }

    /// Sets a variable, or sets it to something else.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn also(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// As somebody types it to a shell.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.program.display(), self.arguments.join(" "))
    }

    pub(crate) fn sized(mut self, columns: u16, rows: u16) -> Self {
        self.size = (columns, rows);
        self
    }

    pub(crate) fn spawn(&self) -> Terminal {
        let (columns, rows) = self.size;
        let pair = native_pty_system().openpty(size(columns, rows)).unwrap();
        let modes_before = modes(&*pair.master);
        let mut command = CommandBuilder::new(&self.program);
        command.args(&self.arguments);
        command.env_clear();
        for (name, value) in &self.environment {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        let seen = Arc::new(Mutex::new(Seen {
            bytes: Vec::new(),
            parser: vt100::Parser::new(cells(rows), cells(columns), 0),
        }));
        let unplugged = Arc::new(AtomicBool::new(false));
        let held = Arc::new(AtomicBool::new(false));
        let output = pair.master.try_clone_reader().unwrap();
        let reader = std::thread::spawn({
            let (seen, unplugged, held) = (seen.clone(), unplugged.clone(), held.clone());
            move || read(output, &seen, &unplugged, &held)
        });
        Terminal {
            child,
            keys: Some(pair.master.take_writer().unwrap()),
            master: Some(pair.master),
            seen,
            unplugged,
            held,
            reader: Some(reader),
            modes_before,
        }
    }
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols,
        pixel_width: 0,
        pixel_height: 0,
    }
}

/// A terminal that no program runs in.
pub(crate) fn emulator(columns: u16, rows: u16) -> vt100::Parser {
    vt100::Parser::new(cells(rows), cells(columns), 0)
}

pub(crate) fn resize(emulator: &mut vt100::Parser, columns: u16, rows: u16) {
    emulator.set_size(cells(rows), cells(columns));
}

fn cells(n: u16) -> NonZero<u16> {
    NonZero::new(n).unwrap()
}

fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().unwrap())
}

/// Until every program is gone from the terminal, or the terminal itself is.
fn read(
    mut output: Box<dyn Read + Send>,
    seen: &Mutex<Seen>,
    unplugged: &AtomicBool,
    held: &AtomicBool,
) {
    let mut buffer = [0; 4096];
    while let Ok(n @ 1..) = output.read(&mut buffer) {
        if unplugged.load(Ordering::SeqCst) {
            return;
        }
        let mut seen = seen.lock().unwrap();
        seen.bytes.extend_from_slice(&buffer[..n]);
        seen.parser.process(&buffer[..n]);
        drop(seen);
        while held.load(Ordering::SeqCst) {
            std::thread::sleep(LOOK);
        }
    }
}

impl Terminal {
    /// Sends keys as a terminal does, all in one write.
    pub(crate) fn send(&mut self, keys: &str) {
        let to = self.keys.as_mut().unwrap();
        to.write_all(keys.as_bytes()).unwrap();
        to.flush().unwrap();
    }

    /// Waits until the screen is as expected, all of it at one moment.
    pub(crate) fn see(&self, what: &str, is_so: impl Fn(&str) -> bool) -> String {
        self.see_within(Duration::from_secs(20), what, is_so)
    }

    pub(crate) fn see_within(
        &self,
        patience: Duration,
        what: &str,
        is_so: impl Fn(&str) -> bool,
    ) -> String {
        let watch = Stopwatch::start();
        loop {
            let screen = self.screen();
            if is_so(&screen) {
                return screen;
            }
            assert!(
                watch.elapsed().std() < patience,
                "never seen: {what}. The screen is\n{screen}"
            );
            std::thread::sleep(LOOK);
        }
    }

    /// What is on the screen, a line for each row.
    pub(crate) fn screen(&self) -> String {
        self.look(vt100::Screen::contents)
    }

    /// Asks the emulator something.
    pub(crate) fn look<T>(&self, ask: impl FnOnce(&vt100::Screen) -> T) -> T {
        ask(self.seen.lock().unwrap().parser.screen())
    }

    /// Every byte that was written so far.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.seen.lock().unwrap().bytes.clone()
    }

    /// How the kernel treats keys and output in this terminal (what `stty -a` shows).
    pub(crate) fn modes(&self) -> String {
        modes(self.master.as_deref().unwrap())
    }

    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        let mut seen = self.seen.lock().unwrap();
        seen.parser.set_size(cells(rows), cells(columns));
        let master = self.master.as_ref().unwrap();
        master.resize(size(columns, rows)).unwrap();
    }

    pub(crate) fn process(&self) -> nix::unistd::Pid {
        let id = self.child.process_id().unwrap();
        nix::unistd::Pid::from_raw(id.try_into().unwrap())
    }

    /// Takes nothing more from the program, as a link does that stands still; or goes on.
    pub(crate) fn hold(&self, held: bool) {
        self.held.store(held, Ordering::SeqCst);
    }

    /// Whether the program ends in time, wherever its last bytes are.
    pub(crate) fn is_gone_within(&mut self, patience: Duration) -> bool {
        let watch = Stopwatch::start();
        while self.child.try_wait().unwrap().is_none() {
            if watch.elapsed().std() > patience {
                return false;
            }
            std::thread::sleep(LOOK);
        }
        true
    }

    /// Takes the terminal away, as a cut line does.
    pub(crate) fn unplug(&mut self) {
        self.unplugged.store(true, Ordering::SeqCst);
        // The reader holds the terminal until the next byte, which comes within a second with the
        // age on the screen.
        let reader = self.reader.take().unwrap();
        self.keys = None;
        reader.join().unwrap();
        self.master = None;
    }

    /// Waits for the program's end and for its last byte.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        self.ended_within(ENDING)
    }

    pub(crate) fn ended_within(&mut self, patience: Duration) -> ExitStatus {
        let watch = Stopwatch::start();
        loop {
            let read_all = self.reader.as_ref().is_none_or(JoinHandle::is_finished);
            if read_all && let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(
                watch.elapsed().std() < patience,
                "it had not ended after {patience:?}. The screen is\n{}",
                self.screen()
            );
            std::thread::sleep(LOOK);
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _status = self.child.wait();
    }
}

//! The program itself in a pseudo-terminal, over a server in this process: from its start to the first
//! frame and to the live fleet, from a key to its frame, and what it costs while nothing happens.

use crate::{serving, timed};
use nix::pty::{Winsize, openpty};
use pilothouse::client::Address;
use std::{
    ffi::OsStr,
    fs::File,
    io::{Read, Write},
    num::NonZero,
    path::Path,
    process::{Child, Command},
    time::Duration,
};

const STARTS: usize = 20;
const KEYS: usize = 100;
const PAUSE: Duration = Duration::from_millis(70);
const IDLE: Duration = Duration::from_secs(20);
const SIZE: (u16, u16) = (80, 24);

pub(crate) fn measure() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (home, serving) = runtime.block_on(serving::on_socket());
    let Address::Unix(socket) = serving.address.clone() else {
        return;
    };
    let arguments = &["--socket".as_ref(), socket.as_os_str()];
    println!("the program in a pseudo-terminal of {}x{}", SIZE.0, SIZE.1);
    let mut firsts = Vec::new();
    let mut lives = Vec::new();
    let mut versions = Vec::new();
    for _ in 0..STARTS {
        versions.push(timed(|| {
            let mut run = Run::start(home.path(), &["--version".as_ref()]);
            run.until(|screen| screen.contains(env!("CARGO_PKG_VERSION")));
            run.child.wait().unwrap();
        }));
        let mut run = None;
        let first = timed(|| {
            let mut started = Run::start(home.path(), arguments);
            started.until(|screen| screen.contains("> fleet"));
            run = Some(started);
        });
        let mut run = run.unwrap();
        let rest =
            timed(|| run.until(|screen| screen.contains("LIVE") && screen.contains(" cart ")));
        firsts.push(first);
        lives.push(first + rest);
        run.leave();
    }
    println!(
        "  start to the version and its end, for comparison: {}",
        spread(versions)
    );
    println!("  start to first frame: {}", spread(firsts));
    println!("  start to the live fleet: {}", spread(lives));
    let mut run = Run::start(home.path(), arguments);
    run.until(|screen| screen.contains("? 2 no data"));
    let times = (0..KEYS).map(|at| {
        // Down to the second row, and back to the first.
        let (key, row) = if at % 2 == 0 { ("j", 5) } else { ("k", 4) };
        // As fast as somebody types, and no faster than frames are drawn.
        std::thread::sleep(PAUSE);
        timed(|| {
            run.keys.write_all(key.as_bytes()).unwrap();
            run.until(|screen| {
                let line = screen.lines().nth(row);
                line.is_some_and(|line| line.starts_with('>'))
            });
        })
    });
    println!("  key to its bytes: {}", spread(times.collect()));
    println!("  memory: {} kB", run.status("VmHWM:"));
    idle("with seconds", run);
    let config = home.path().join(".config/pilothouse");
    std::fs::create_dir_all(&config).unwrap();
    std::fs::write(config.join("config.toml"), "seconds = false\n").unwrap();
    let mut run = Run::start(home.path(), arguments);
    run.until(|screen| screen.contains("? 2 no data"));
    idle("with minutes", run);
    runtime.block_on(async { serving.stop().await.stop().await });
}

/// Bytes, processor time and wake-ups over a while in which nothing happens. The feed's heartbeats are
/// among the wake-ups.
fn idle(what: &str, mut run: Run) {
    let before = (run.ticks(), run.wakes());
    let reader = run.output.take().unwrap();
    let counter = std::thread::spawn(move || count(reader));
    std::thread::sleep(IDLE);
    let (ticks, wakes) = (run.ticks() - before.0, run.wakes() - before.1);
    run.leave();
    let bytes = counter.join().unwrap();
    let seconds = IDLE.as_secs();
    println!(
        "  {seconds} s idle {what}: {bytes} B with those of leaving, {} ms of processor, {wakes} wake-ups",
        ticks * 10
    );
}

fn count(mut reader: File) -> usize {
    let mut buffer = [0; 4096];
    let mut bytes = 0;
    while let Ok(n @ 1..) = reader.read(&mut buffer) {
        bytes += n;
    }
    bytes
}

fn spread(mut times: Vec<Duration>) -> String {
    times.sort();
    let (middle, most) = (times[times.len() / 2], times[times.len() * 95 / 100]);
    format!("p50 {middle:.2?}, p95 {most:.2?}")
}

struct Run {
    child: Child,
    keys: File,
    output: Option<File>,
    seen: vt100::Parser,
}

impl Run {
    fn start(home: &Path, arguments: &[&OsStr]) -> Self {
        let (cols, rows) = SIZE;
        let size = Winsize {
            ws_row: rows,
            ws_col: cols,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        // Not by a library that copies this whole process first: that took longer than the program.
        let pty = openpty(&size, None).unwrap();
        let (ours, theirs) = (File::from(pty.master), File::from(pty.slave));
        let child = Command::new(env!("CARGO_BIN_EXE_pilothouse"))
            .args(arguments)
            .env_clear()
            .envs([("TERM", "xterm-256color"), ("LANG", "C")])
            .env("HOME", home)
            .stdin(theirs.try_clone().unwrap())
            .stdout(theirs.try_clone().unwrap())
            .stderr(theirs)
            .spawn()
            .unwrap();
        let cells = |n| NonZero::new(n).unwrap();
        Self {
            child,
            keys: ours.try_clone().unwrap(),
            output: Some(ours),
            seen: vt100::Parser::new(cells(rows), cells(cols), 0),
        }
    }

    /// Reads until the screen is so.
    fn until(&mut self, is_so: impl Fn(&str) -> bool) {
        let mut buffer = [0; 16_384];
        let output = self.output.as_mut().unwrap();
        while !is_so(&self.seen.screen().contents()) {
            let n = output.read(&mut buffer).unwrap();
            assert!(n > 0, "it has ended: {}", self.seen.screen().contents());
            self.seen.process(&buffer[..n]);
        }
    }

    fn leave(&mut self) {
        self.keys.write_all(b"q").unwrap();
        self.child.wait().unwrap();
    }

    fn status(&self, name: &str) -> u64 {
        number(&self.proc("status"), name)
    }

    /// How often its threads have given up the processor to wait.
    fn wakes(&self) -> u64 {
        let tasks = format!("/proc/{}/task", self.child.id());
        let threads = std::fs::read_dir(tasks).unwrap();
        let status = threads.map(|thread| thread.unwrap().path().join("status"));
        let text = status.map(|path| std::fs::read_to_string(path).unwrap_or_default());
        text.map(|text| number(&text, "voluntary_ctxt_switches:"))
            .sum()
    }

    /// Processor time so far, in hundredths of a second.
    fn ticks(&self) -> u64 {
        let text = self.proc("stat");
        let after = text.rsplit_once(')').unwrap().1;
        let fields: Vec<&str> = after.split_whitespace().collect();
        [11, 12]
            .map(|at| fields[at].parse::<u64>().unwrap())
            .iter()
            .sum()
    }

    fn proc(&self, file: &str) -> String {
        let id = self.child.id();
        std::fs::read_to_string(format!("/proc/{id}/{file}")).unwrap()
    }
}

fn number(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let word = line.and_then(|line| line.split_whitespace().next());
    word.and_then(|word| word.parse().ok()).unwrap_or(0)
}

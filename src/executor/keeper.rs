//! The keeper of one command: a process of this program, in a session of its own, between the server
//! and what a definition says. It starts the command without a shell unless the definition says so,
//! bounds it in time and output, and ends whatever came of it, daemons too, before it writes how the
//! command ended. It needs no server while it works: when that dies, the keeper goes on, and the next
//! server finds it, or what it wrote. It knows no effects.
//!
//! ```text
//! hold the folder -> spawn -> leader exits -----------------------> kill the tree -> last output -> end
//!                        '--> time is over, or SIGTERM -> SIGTERM to all -> grace --^
//! ```

mod confine;
mod groups;
mod mask;
mod start;

use crate::{
    clock::Stopwatch,
    executor::{
        ended::{End, Ended},
        hold::{self, Hold},
        log::Log,
        shortage::{self, is_shortage},
        tree::{GONE_WITHIN, Tree},
    },
    model::Span,
};
use groups::Groups;
use mask::Mask;
use nix::{
    errno::Errno,
    sys::wait::{Id, WaitPidFlag, waitid, waitpid},
    unistd::Pid,
};
use std::{
    fmt,
    io::{self, Write as _},
    os::unix::process::{ExitStatusExt, parent_id},
    path::{Path, PathBuf},
    process::ExitStatus,
    thread,
    time::Duration,
};
use tokio::{
    io::AsyncReadExt,
    net::unix::pipe,
    process::Child,
    runtime,
    signal::unix::{Signal, SignalKind, signal},
    time::{interval, sleep, timeout},
};

/// Between the request to end and the kill.
const GRACE: Duration = Duration::from_secs(2);
/// For output that is still in the pipe when everything has ended.
const LAST_OUTPUT: Duration = Duration::from_millis(250);
/// Within this a keeper that was asked to end has done so.
pub(crate) const ENDS_WITHIN: Duration = GRACE
    .saturating_add(GONE_WITHIN)
    .saturating_add(Duration::from_secs(2));
/// Whether a child has ended, without waiting for one and without taking note of it.
const LOOK: WaitPidFlag = WaitPidFlag::WEXITED
    .union(WaitPidFlag::WNOHANG)
    .union(WaitPidFlag::WNOWAIT);
/// A keeper's own exit where another one holds the folder.
pub(crate) const HELD: u8 = 3;
/// A keeper's own exit where the server was gone before it began.
const ALONE: u8 = 4;
/// A keeper's own exit where it says why it began nothing.
pub(crate) const NOTHING_BEGUN: u8 = 5;

/// What a keeper is told. Its environment is the command's.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The folder of the step
    #[arg(long, value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Which command of the step this is
    #[arg(long)]
    pub(crate) key: String,
    /// Where to say how it ended
    #[arg(long, value_name = "FILE")]
    pub(crate) end: PathBuf,
    /// The process that starts it
    #[arg(long, value_name = "PID")]
    pub(crate) server: u32,
    /// Where the command runs
    #[arg(long, value_name = "DIR")]
    pub(crate) directory: PathBuf,
    /// The control group of the command
    #[arg(long, value_name = "DIR", requires = "outside")]
    pub(crate) group: Option<PathBuf>,
    /// The control group of keepers
    #[arg(long, value_name = "DIR")]
    pub(crate) outside: Option<PathBuf>,
    /// The user as whom the command runs
    #[arg(long, requires = "gid")]
    pub(crate) uid: Option<u32>,
    /// That user's group, the only one
    #[arg(long)]
    pub(crate) gid: Option<u32>,
    /// For how long, in milliseconds
    #[arg(long, value_name = "MS")]
    pub(crate) limit: u64,
    /// A variable whose value is masked in the log
    #[arg(long = "secret", value_name = "NAME")]
    pub(crate) secrets: Vec<String>,
    /// The command
    #[arg(last = true)]
    pub(crate) words: Vec<String>,
}

/// Keeps a command from its start to its end; gives the status to exit with.
pub fn keep(arguments: &Arguments) -> u8 {
    let confined = confine::this_process().and_then(|()| match arguments.uid {
        Some(_) => confine::before_another_user(),
        None => Ok(()),
    });
    let file = hold::file(&arguments.folder);
    let mut hold = match Hold::take(&arguments.folder) {
        Ok(Some(hold)) => hold,
        Ok(None) => return HELD,
        Err(why) => return nothing_begun(&format_args!("cannot lock {}: {why}", file.display())),
    };
    // From here on the next server finds it. One that died before has a next one that looked already.
    if parent_id() != arguments.server {
        return ALONE;
    }
    // An earlier keeper may have done it all.
    match End::read(&arguments.end, &arguments.key) {
        Ok(None) => {}
        Ok(Some(_)) => return 0,
        Err(why) => return nothing_begun(&format_args!("found that {why}")),
    }
    let watch = Stopwatch::start();
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let signed = confined.and_then(|()| {
        Groups::of(arguments).leave()?;
        hold.sign(&arguments.key)
            .map_err(|why| cannot("write", &file, &why))
    });
    let end = match signed.and(runtime) {
        Ok(runtime) => runtime.block_on(kept_to_the_end(arguments)),
        Err(why) => Err(why),
    };
    let mut end = end.unwrap_or_else(|why| not_started(&why.to_string()));
    end.took = watch.elapsed();
    let lost = matches!(end.ended, Ended::Lost(_));
    let status = said(arguments, &end);
    if !lost && status == 0 {
        hold.forget();
    }
    status
}

fn cannot(operation: &str, file: &Path, why: &io::Error) -> io::Error {
    io::Error::other(format!("cannot {operation} {}: {why}", file.display()))
}

fn not_started(why: &str) -> End {
    Ended::NotStarted(why.to_owned()).into()
}

/// Writes how it ended, which nobody else knows: a disk that is full for a while is waited for.
fn said(arguments: &Arguments, end: &End) -> u8 {
    let watch = Stopwatch::start();
    loop {
        match end.write(&arguments.end, &arguments.key) {
            Ok(()) => return 0,
            Err(why) if is_shortage(&why) && watch.elapsed() < shortage::ENDS_WITHIN => {
                thread::sleep(shortage::LOOK_EVERY);
            }
            Err(why) => {
                let file = arguments.end.display();
                tell(&format_args!("cannot write how it ended to {file}: {why}"));
                return 1;
            }
        }
    }
}

fn nothing_begun(why: &fmt::Arguments<'_>) -> u8 {
    tell(why);
    NOTHING_BEGUN
}

/// Says something of this keeper to its server, where there still is one.
fn tell(what: &fmt::Arguments<'_>) {
    let _alone = writeln!(io::stderr(), "{what}");
}

async fn kept_to_the_end(arguments: &Arguments) -> io::Result<End> {
    // Listened for before there is anything to end.
    let mut unwanted = signal(SignalKind::terminate())?;
    let log = arguments.folder.join("log");
    let mut log = Log::resume(&log).map_err(|why| cannot("go on with", &log, &why))?;
    let ended = match start::command(arguments, &mut unwanted).await {
        Err(ended) => ended,
        Ok(started) => {
            let leader = started.0.id();
            tokio::select! {
                ended = watch(started, arguments, &mut log, &mut unwanted) => ended,
                never = bury_orphans(leader) => never,
            }
        }
    };
    let end = End {
        last_line: log.last_line(),
        ..ended.into()
    };
    // The step's end counts more than its log.
    if let Err(why) = log.pause() {
        tell(&format_args!("could not write the whole log: {why}"));
    }
    Ok(end)
}

/// Waits for the command's end, its output into the log, and sees to it that nothing stays.
async fn watch(
    (mut child, mut output): (Child, Output),
    arguments: &Arguments,
    log: &mut Log,
    unwanted: &mut Signal,
) -> Ended {
    let all = Tree::Below(std::process::id().cast_signed());
    let groups = Groups::of(arguments);
    let first = first_end(&mut child, arguments.limit, unwanted);
    let ended = match output.copy_while(log, first).await {
        First::Exited(status) => of_status(status),
        First::TimeOver => {
            output.copy_while(log, end_gently(&mut child, all)).await;
            Ended::TimedOut
        }
        First::Unwanted => {
            output.copy_while(log, end_gently(&mut child, all)).await;
            Ended::Stopped
        }
    };
    let ended = groups.judge(ended);
    groups.kill();
    // Output is taken meanwhile, so that nobody hangs in a write.
    let gone = !has_children() || output.copy_while(log, all.end()).await;
    let _late = timeout(LAST_OUTPUT, output.copy(log)).await;
    output.finish(log);
    if let Some(remark) = groups.remark(&ended) {
        log.write(remark.as_bytes());
    }
    if !gone || timeout(GRACE, child.wait()).await.is_err() {
        return Ended::Lost("its processes do not end, not even when killed".to_owned());
    }
    groups.remove();
    ended
}

enum First {
    Exited(io::Result<ExitStatus>),
    TimeOver,
    Unwanted,
}

async fn first_end(child: &mut Child, limit: u64, unwanted: &mut Signal) -> First {
    tokio::select! {
        status = child.wait() => First::Exited(status),
        () = sleep(Span(limit).std()) => First::TimeOver,
        _ = unwanted.recv() => First::Unwanted,
    }
}

/// Asks all to end and waits for them; what is left after the grace is killed next.
async fn end_gently(child: &mut Child, all: Tree) {
    all.terminate();
    let gone = async {
        let _status = child.wait().await;
        let mut look = interval(Duration::from_millis(20));
        while !all.live().is_empty() {
            look.tick().await;
        }
    };
    let _over = timeout(GRACE, gone).await;
}

fn of_status(status: io::Result<ExitStatus>) -> Ended {
    match status {
        Ok(status) => match (status.code(), status.signal()) {
            (Some(code), _) => Ended::Exit(code),
            (None, Some(signal)) => Ended::Signal(signal),
            (None, None) => Ended::Lost(format!("it ended with {status}")),
        },
        Err(why) => Ended::Lost(format!("cannot wait for it: {why}")),
    }
}

/// Whether anything may still live below this process, asked of the kernel in one question: a look at
/// every process of the machine takes longer than most commands. An orphan becomes a child of this
/// process where the system does that, so without a child there is nothing.
fn has_children() -> bool {
    let adopts = cfg!(target_os = "linux");
    !(adopts && waitid(Id::All, LOOK) == Err(Errno::ECHILD))
}

/// Takes note of the ends of those whose parents have ended, which nobody else would.
async fn bury_orphans(leader: Option<u32>) -> ! {
    let leader = leader.map(u32::cast_signed);
    let mut look = interval(Duration::from_millis(500));
    loop {
        look.tick().await;
        // The command itself is waited for elsewhere: when it comes first, the rest waits.
        while let Some(dead) = next_dead()
            && Some(dead.as_raw()) != leader
        {
            let _status = waitpid(dead, Some(WaitPidFlag::WNOHANG));
        }
    }
}

fn next_dead() -> Option<Pid> {
    waitid(Id::All, LOOK).ok()?.pid()
}

/// The reading end of the output pipe, until its end, and what must not get through.
struct Output {
    pipe: Option<pipe::Receiver>,
    mask: Mask,
}

impl Output {
    fn new(pipe: pipe::Receiver, secrets: &[String]) -> Self {
        // What a secret is stands in the environment only.
        let values = secrets.iter().filter_map(|name| std::env::var(name).ok());
        Self {
            pipe: Some(pipe),
            mask: Mask::of(values),
        }
    }

    /// Does some work and copies output meanwhile.
    async fn copy_while<T>(&mut self, log: &mut Log, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        tokio::select! {
            done = &mut work => done,
            () = self.copy(log) => work.await,
        }
    }

    /// Copies until every writer has closed its end. Loses nothing when dropped midway.
    async fn copy(&mut self, log: &mut Log) {
        let mut buffer = vec![0; 64 * 1024];
        while let Some(pipe) = &mut self.pipe {
            match pipe.read(&mut buffer).await {
                Ok(0) | Err(_) => self.pipe = None,
                Ok(n) => log.write(&self.mask.pass(&buffer[..n])),
            }
        }
    }

    /// Gives the log what was held back because a secret might have gone on.
    fn finish(mut self, log: &mut Log) {
        log.write(&self.mask.finish());
    }
}

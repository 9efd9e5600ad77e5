//! One command as a process group of its own: started without a shell unless the definition says
//! so, bounded in time and output, and gone as a whole before its end is told. It knows no effects.
//!
//! ```text
//! spawn -> leader exits ----------------------------> kill the group -> last output -> Ended
//!     '--> time is over, or not wanted -> SIGTERM -> grace --^
//! ```

use crate::{
    executor::{group::Group, leftover, log::Log},
    model::{Run, Span},
};
use std::{
    future::pending,
    io,
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{ExitStatus, Stdio},
    time::Duration,
};
use tokio::{
    io::AsyncReadExt,
    net::unix::pipe,
    process::{Child, Command},
    sync::watch,
    time::{sleep, timeout},
};

/// Between the request to end and the kill.
const GRACE: Duration = Duration::from_secs(2);
/// For output that is still in the pipe when the leader has ended. A daemon that left the group and
/// kept the pipe would hold it open for ever.
const LAST_OUTPUT: Duration = Duration::from_millis(250);

/// A command with all it needs.
#[derive(Debug)]
pub(crate) struct Process<'a> {
    pub(crate) run: &'a Run,
    pub(crate) directory: &'a Path,
    /// The whole environment: nothing else is inherited.
    pub(crate) environment: &'a [(String, String)],
    pub(crate) time_limit: Span,
    /// Where the process group is noted while it lives.
    pub(crate) folder: &'a Path,
}

/// How a command ended.
#[derive(Debug)]
pub(crate) enum Ended {
    Exit(i32),
    /// By a signal that was not ours.
    Signal(i32),
    /// After its time limit, by us.
    TimedOut,
    /// Not wanted any more, ended by us.
    Stopped,
    /// It never ran.
    NotStarted(String),
    /// Nobody knows how it ended, or whether it did.
    Lost(String),
}

/// Says when a step is not wanted any more.
#[derive(Debug, Clone)]
pub(crate) struct Stop(pub(crate) watch::Receiver<bool>);

impl Stop {
    fn is_wanted(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns when the step is not wanted any more, else never.
    pub(crate) async fn wanted(&mut self) {
        if self.0.wait_for(|stop| *stop).await.is_err() {
            pending::<()>().await;
        }
    }
}

impl Process<'_> {
    /// Runs the command to its end, its output into the log.
    pub(crate) async fn run(self, log: &mut Log, stop: &mut Stop) -> Ended {
        if stop.is_wanted() {
            return Ended::Stopped;
        }
        let (mut child, mut output) = match self.spawn().await {
            Ok(started) => started,
            Err(why) => return Ended::NotStarted(self.not_started(&why)),
        };
        let Some(group) = child.id().and_then(Group::led_by) else {
            return Ended::Lost("the process has no id".to_owned());
        };
        if let Err(why) = leftover::note(self.folder, child.id().unwrap_or_default()) {
            // Without the note a later server could not end this group.
            let gone = group.end().await;
            tracing::warn!(%why, gone, "a step was ended because it could not be noted");
            return Ended::NotStarted(format!("cannot note the process: {why}"));
        }
        let first = output
            .copy_while(log, self.first_end(&mut child, stop))
            .await;
        let ended = match first {
            First::Exited(status) => of_status(status),
            First::TimeOver => {
                output.copy_while(log, end_gently(&mut child, &group)).await;
                Ended::TimedOut
            }
            First::Unwanted => {
                output.copy_while(log, end_gently(&mut child, &group)).await;
                Ended::Stopped
            }
        };
        // Output is taken meanwhile, so that nobody hangs in a write.
        let gone = output.copy_while(log, group.end()).await;
        let _late = timeout(LAST_OUTPUT, output.copy(log)).await;
        if !gone || timeout(GRACE, child.wait()).await.is_err() {
            return Ended::Lost("the process group does not end, not even when killed".to_owned());
        }
        leftover::forget(self.folder);
        ended
    }

    async fn first_end(&self, child: &mut Child, stop: &mut Stop) -> First {
        tokio::select! {
            status = child.wait() => First::Exited(status),
            () = sleep(self.time_limit.std()) => First::TimeOver,
            () = stop.wanted() => First::Unwanted,
        }
    }

    /// Starts the process with one pipe for both of its outputs.
    async fn spawn(&self) -> io::Result<(Child, Output)> {
        if !self.directory.is_dir() {
            return Err(io::Error::other("the directory does not exist"));
        }
        let mut busy_tries = 0;
        loop {
            let (reader, writer) = io::pipe()?;
            let child = self
                .command()?
                .stdout(writer.try_clone()?)
                .stderr(writer)
                .spawn();
            match child {
                // A file just written may be held open for a moment by an unrelated fork of ours.
                Err(why) if why.kind() == io::ErrorKind::ExecutableFileBusy && busy_tries < 20 => {
                    busy_tries += 1;
                    sleep(Duration::from_millis(10)).await;
                }
                Err(why) => return Err(why),
                Ok(child) => {
                    let reader = pipe::Receiver::from_owned_fd(reader.into())?;
                    return Ok((child, Output(Some(reader))));
                }
            }
        }
    }

    fn command(&self) -> io::Result<Command> {
        let words = self.run.words();
        let (program, arguments) = words
            .split_first()
            .ok_or_else(|| io::Error::other("the command is empty"))?;
        // A path is meant from the step's directory, not from ours.
        let mut command = if program.contains('/') {
            Command::new(self.directory.join(program))
        } else {
            Command::new(program)
        };
        command
            .args(arguments)
            .current_dir(self.directory)
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .process_group(0)
            .kill_on_drop(true);
        Ok(command)
    }

    fn not_started(&self, why: &io::Error) -> String {
        format!(
            "cannot start {} in {}: {why}",
            self.run,
            self.directory.display()
        )
    }
}

enum First {
    Exited(io::Result<ExitStatus>),
    TimeOver,
    Unwanted,
}

async fn end_gently(child: &mut Child, group: &Group) {
    group.terminate();
    // Whether it went or not, what is left is killed next.
    let _over = timeout(GRACE, child.wait()).await;
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

/// The reading end of the output pipe, until its end.
struct Output(Option<pipe::Receiver>);

impl Output {
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
        while let Some(pipe) = &mut self.0 {
            match pipe.read(&mut buffer).await {
                Ok(0) | Err(_) => self.0 = None,
                Ok(n) => log.write(&buffer[..n]),
            }
        }
    }
}

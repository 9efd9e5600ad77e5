//! One command of a step as the server sees it: it starts a keeper, or finds that of an earlier server,
//! waits for it, and reads how the command ended. The keeper has the rest; see there. It knows no
//! effects.

use crate::{
    clock::Stopwatch,
    executor::{
        StepUser, capability,
        confinement::Confined,
        ended::{End, Ended, Unreadable},
        given,
        hold::{Holder, is_held},
        keeper, leftover,
        log::printable,
        shortage::{self, is_shortage},
        tree::{Tree, terminate},
    },
    model::{Limits, Run, Span},
};
use std::{
    future::pending,
    io,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::{Child, Command},
    sync::watch,
    time::{sleep, timeout},
};

const LOOK_EVERY: Duration = Duration::from_millis(20);
/// The longest between two tries to start a keeper on a machine that is short of something.
const START_AGAIN: Duration = Duration::from_secs(2);
/// What a keeper says of itself is one line.
const COMPLAINT: u64 = 4096;
/// Nobody else writes where it says that.
const SAID_WITHIN: Duration = Duration::from_secs(1);

/// A command with all it needs.
#[derive(Debug)]
pub(crate) struct Process<'a> {
    /// The program of which keepers are made.
    pub(crate) keeper: &'a Path,
    pub(crate) confined: Option<Confined>,
    /// As whom it runs; none when as the server's own user.
    pub(crate) user: Option<&'a StepUser>,
    pub(crate) limits: Limits,
    pub(crate) run: &'a Run,
    pub(crate) directory: &'a Path,
    /// The whole environment: nothing else is inherited.
    pub(crate) environment: &'a [(String, String)],
    pub(crate) time_limit: Span,
    /// The step's folder, which of its commands this is, and where its end is told.
    pub(crate) folder: &'a Path,
    pub(crate) key: &'a str,
    pub(crate) end: PathBuf,
}

/// Says when a step is not wanted any more.
#[derive(Debug, Clone)]
pub(crate) struct Stop(pub(crate) watch::Receiver<bool>);

impl Stop {
    pub(crate) fn is_wanted(&self) -> bool {
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
    /// Runs the command to its end, its output into the log. Dropping the future leaves it running, to
    /// be found again.
    pub(crate) async fn run(self, stop: &mut Stop) -> End {
        if let Some(end) = self.of_earlier_server(stop).await {
            return end;
        }
        if stop.is_wanted() {
            return Ended::Stopped.into();
        }
        let secrets = match given::to(self.run).await {
            Ok(secrets) => secrets,
            Err(why) => return self.not_started(&why.to_string()).into(),
        };
        if let Some(confined) = &self.confined
            && let Err(why) = confined.step.make(self.limits)
        {
            return self
                .not_started(&format!("its control group: {why}"))
                .into();
        }
        let mut keeper = match self.started(&secrets, stop).await {
            Ok(keeper) => keeper,
            Err(ended) => return ended.into(),
        };
        let Some(pid) = keeper.id().map(u32::cast_signed) else {
            return Ended::Lost("its keeper has no id".to_owned()).into();
        };
        let complaint = keeper.stderr.take();
        let status = tokio::select! {
            status = keeper.wait() => status,
            () = stop.wanted() => {
                terminate(pid);
                end_for_certain(&mut keeper, pid).await
            }
        };
        let complaint = said_of_itself(complaint).await;
        self.said((status, &complaint), pid, stop).await
    }

    /// Starts the keeper; waits where the machine is short of files, processes or memory, which is
    /// nothing that the command could be blamed for.
    async fn started(&self, secrets: &[(String, String)], stop: &mut Stop) -> Result<Child, Ended> {
        let watch = Stopwatch::start();
        let mut pause = shortage::LOOK_EVERY;
        loop {
            let spawn = || self.command(secrets).spawn();
            let spawned = match self.user {
                Some(_) => capability::handing_on(spawn),
                None => spawn(),
            };
            let why = match spawned {
                Ok(keeper) => return Ok(keeper),
                Err(why) => why,
            };
            if !is_shortage(&why) || watch.elapsed() > shortage::ENDS_WITHIN {
                return Err(self.not_started(&format!("its keeper: {why}")));
            }
            tracing::warn!(folder = %self.folder.display(), %why, "a keeper cannot be started yet");
            tokio::select! {
                () = sleep(pause) => {}
                () = stop.wanted() => return Err(Ended::Stopped),
            }
            pause = (pause * 2).min(START_AGAIN);
        }
    }

    /// How the command ended that an earlier server began; none when none did.
    async fn of_earlier_server(&self, stop: &mut Stop) -> Option<End> {
        if let Err(why) = self.end_of_other(stop).await {
            return Some(Ended::Lost(why.to_string()).into());
        }
        if let Some(end) = self.end_told().await {
            return Some(end);
        }
        let lost = match Holder::last_of(self.folder) {
            Ok(lost) => lost?,
            Err(why) => return Some(Ended::Lost(why.to_string()).into()),
        };
        if self.end_orphans().await.is_err() {
            return Some(undying().into());
        }
        let why =
            "its keeper was killed or could not write how it ended, and no server was there to see";
        (lost.key == self.key).then(|| Ended::Lost(why.to_owned()).into())
    }

    /// What is known once the keeper has ended.
    async fn said(
        &self,
        (status, complaint): (io::Result<ExitStatus>, &str),
        pid: i32,
        stop: &mut Stop,
    ) -> End {
        let code = status.as_ref().map_or(None, ExitStatus::code);
        if code == Some(i32::from(keeper::HELD))
            && let Err(why) = self.end_of_other(stop).await
        {
            return Ended::Lost(why.to_string()).into();
        }
        if let Some(end) = self.end_told().await {
            if !complaint.is_empty() {
                tracing::warn!(folder = %self.folder.display(), "a keeper {complaint}");
            }
            return end;
        }
        // It was killed, or not even begun.
        if !Tree::Session(pid).end().await || self.end_orphans().await.is_err() {
            return undying().into();
        }
        if stop.is_wanted() {
            return Ended::Stopped.into();
        }
        if code == Some(i32::from(keeper::NOTHING_BEGUN)) {
            return self.not_started(&format!("its keeper {complaint}")).into();
        }
        let how = status.map_or_else(|why| why.to_string(), |status| status.to_string());
        let why = if complaint.is_empty() {
            &how
        } else {
            complaint
        };
        Ended::Lost(format!("its keeper did not say how it ended: {why}")).into()
    }

    /// The end as the keeper told it; none where it did not.
    async fn end_told(&self) -> Option<End> {
        let end = match patiently(|| End::read(&self.end, self.key)).await {
            Ok(end) => end?,
            Err(why) => return Some(Ended::Lost(why.to_string()).into()),
        };
        Some(match end.ended {
            Ended::NotStarted(why) => self.not_started(&why).into(),
            Ended::Exit(_)
            | Ended::Signal(_)
            | Ended::OutOfMemory(_)
            | Ended::TimedOut
            | Ended::Stopped
            | Ended::Lost(_) => end,
        })
    }

    /// Waits for a keeper that was there before, where there is one.
    async fn end_of_other(&self, stop: &mut Stop) -> Result<(), Unreadable> {
        while patiently(|| is_held(self.folder)).await? {
            if stop.is_wanted()
                && let Some(keeper) = Holder::of(self.folder)
            {
                terminate(keeper.pid);
            }
            sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    async fn end_orphans(&self) -> Result<(), ()> {
        let folder = self.folder.to_owned();
        let group = self.confined.as_ref().map(|confined| confined.step.clone());
        let user = self.user.cloned();
        let end = move || leftover::end_orphans(&folder, group.as_ref(), user.as_ref());
        let ended = tokio::task::spawn_blocking(end).await;
        ended
            .is_ok_and(|ended| ended.is_ok())
            .then_some(())
            .ok_or(())
    }

    fn command(&self, secrets: &[(String, String)]) -> Command {
        let names = secrets.iter().map(|(name, _)| name.as_str());
        let groups = self.confined.as_ref().map(|confined| {
            let (step, keepers) = (&confined.step.0, &confined.keepers.0);
            [("--group", step), ("--outside", keepers)]
        });
        let mut command = Command::new(self.keeper);
        command.arg0("pilothouse").arg("step-keeper");
        for (name, group) in groups.into_iter().flatten() {
            command.arg(name).arg(group);
        }
        if let Some((uid, gid)) = self.user.map(StepUser::ids) {
            command.args(["--uid", &uid.to_string(), "--gid", &gid.to_string()]);
        }
        command
            .args(["--key", self.key])
            .args(["--server", &std::process::id().to_string()])
            .arg("--folder")
            .arg(self.folder)
            .arg("--end")
            .arg(&self.end)
            .arg("--directory")
            .arg(self.directory)
            .args(["--limit", &self.time_limit.0.to_string()])
            .args(names.flat_map(|name| ["--secret", name]))
            .arg("--")
            .args(self.run.words())
            .current_dir("/")
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .envs(secrets.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        command
    }

    fn not_started(&self, why: &str) -> Ended {
        let user = self.user.map(|user| format!(" as {}", user.name()));
        Ended::NotStarted(format!(
            "cannot start {} in {}{}: {why}",
            self.run,
            self.directory.display(),
            user.unwrap_or_default()
        ))
    }
}

/// Reads something, and waits for a machine that is short of what that takes.
async fn patiently<T>(read: impl Fn() -> Result<T, Unreadable>) -> Result<T, Unreadable> {
    let watch = Stopwatch::start();
    loop {
        match read() {
            Err(why) if is_shortage(&why.source) && watch.elapsed() < shortage::ENDS_WITHIN => {
                sleep(shortage::LOOK_EVERY).await;
            }
            known => return known,
        }
    }
}

/// What a keeper that has ended said of its own trouble.
async fn said_of_itself(complaint: Option<impl AsyncRead + Unpin>) -> String {
    let mut said = Vec::new();
    if let Some(complaint) = complaint {
        let mut complaint = complaint.take(COMPLAINT);
        let _cut = timeout(SAID_WITHIN, complaint.read_to_end(&mut said)).await;
    }
    printable(&said)
}

fn undying() -> Ended {
    Ended::Lost("its processes do not end, not even when killed".to_owned())
}

/// Waits for a keeper that was asked to end; ends one that does not.
async fn end_for_certain(keeper: &mut Child, pid: i32) -> io::Result<ExitStatus> {
    match timeout(keeper::ENDS_WITHIN, keeper.wait()).await {
        Ok(status) => status,
        Err(_late) => {
            let _gone = Tree::Session(pid).end().await;
            keeper.wait().await
        }
    }
}

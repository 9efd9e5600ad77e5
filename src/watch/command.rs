//! A command that says by its exit status how things are: 0 is well, 1 and 2 are bad, whatever else
//! is no data. So do the plugins of Nagios and its heirs, whose 3 means unknown.

use crate::{
    model::{AlarmName, Run, Span, Time},
    watch::{
        ask::{Answers, Ask},
        source::{Judged, Look, Source},
    },
};
use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use std::{io, process::Stdio};
use tokio::{
    io::AsyncReadExt,
    process::{Child, Command},
    time::timeout,
};

/// The other alarms of the round wait for it.
const WITHIN: Span = Span::seconds(5);
/// Of what it prints the first line is kept, as far as this.
const LINE_BYTES: u64 = 200;

#[derive(Debug)]
pub(crate) struct Probe {
    alarm: AlarmName,
    run: Run,
}

impl Source for Probe {
    fn asks(&self) -> Vec<Ask> {
        vec![Ask::Run(self.alarm.clone(), self.run.clone())]
    }

    fn read(&mut self, _at: Span, _now: Time, answers: &Answers) -> Look {
        let said = answers.exit(&self.alarm, &self.run);
        let judged = said.and_then(|(code, line)| match code {
            0..=2 => Ok(Judged {
                above: code > 0,
                value: None,
            }),
            code => {
                let line = if line.is_empty() {
                    ""
                } else {
                    &format!(": {line}")
                };
                Err(format!("{} exits with {code}{line}", self.run))
            }
        });
        Look::of(judged, 0)
    }
}

impl Probe {
    pub(crate) fn new(alarm: &AlarmName, run: &Run) -> Self {
        Self {
            alarm: alarm.clone(),
            run: run.clone(),
        }
    }
}

/// Runs it to its end in a process group of its own, with nothing of our environment but the path.
pub(crate) async fn run(alarm: &AlarmName, run: &Run) -> Result<(i32, String), String> {
    let cannot = |why: io::Error| format!("cannot run {run}: {why}");
    let mut child = command(alarm, run)
        .and_then(|mut command| command.spawn())
        .map_err(cannot)?;
    let group = child.id().and_then(|id| i32::try_from(id).ok());
    let ended = timeout(WITHIN.std(), end(&mut child)).await;
    if let Some(group) = group {
        // Whatever it left behind goes with it; mostly there is nothing any more.
        let _gone = killpg(Pid::from_raw(group), Signal::SIGKILL);
    }
    let (status, line) = ended
        .map_err(|_late| format!("{run} did not end within {WITHIN}"))?
        .map_err(cannot)?;
    let code = status
        .code()
        .ok_or_else(|| format!("{run} was killed by a signal"))?;
    Ok((code, line))
}

/// Its end, and the first line that it printed before.
async fn end(child: &mut Child) -> io::Result<(std::process::ExitStatus, String)> {
    let mut printed = Vec::new();
    if let Some(output) = child.stdout.take() {
        let mut output = output.take(LINE_BYTES);
        output.read_to_end(&mut printed).await?;
        // The rest is let go, so that nobody hangs in a write.
        let mut rest = output.into_inner();
        tokio::io::copy(&mut rest, &mut tokio::io::sink()).await?;
    }
    let status = child.wait().await?;
    let line = String::from_utf8_lossy(&printed);
    Ok((status, line.lines().next().unwrap_or_default().to_owned()))
}

fn command(alarm: &AlarmName, run: &Run) -> io::Result<Command> {
    let words = run.words();
    let (program, arguments) = words
        .split_first()
        .ok_or_else(|| io::Error::other("the command is empty"))?;
    let mut command = Command::new(program);
    let path = std::env::var_os("PATH").unwrap_or_else(|| "/usr/bin:/bin".into());
    command
        .args(arguments)
        .current_dir("/")
        .env_clear()
        .env("PATH", path)
        .env("PILOTHOUSE_ALARM", alarm.as_str())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .kill_on_drop(true);
    Ok(command)
}

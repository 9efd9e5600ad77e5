//! A program that is given the notice as JSON on its standard input, with nothing of our environment
//! but the path. Status 0 means that it took it; whatever else is tried again.

use crate::{
    executor::{
        environment::inherited,
        group::Group,
        notify::{Undelivered, Worded},
    },
    model::{Span, plain},
};
use std::{io, process::Stdio};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{Child, Command},
    time::timeout,
};

const WITHIN: Span = Span::seconds(20);
/// Of what it says on its standard error, so much is kept.
const SAID_BYTES: u64 = 1_024;
const WORDS: usize = 200;

pub(super) async fn send(argv: &[String], worded: &Worded<'_>) -> Result<(), Undelivered> {
    let Some((program, arguments)) = argv.split_first() else {
        let why = "the command is empty".to_owned();
        return Err(Undelivered::Refused { why });
    };
    let cannot = |why: io::Error| Undelivered::later(format!("cannot run {program}: {why}"));
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir("/")
        .env_clear()
        .envs(inherited(&["PATH", "LANG", "TZ"]))
        .env("PILOTHOUSE_NOTICE", &worded.notice.key)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(cannot)?;
    let group = child.id().and_then(Group::led_by);
    let ended = timeout(WITHIN.std(), give(&mut child, &worded.json())).await;
    if let Some(group) = group {
        // Whatever it left behind goes with it.
        let gone = group.end().await;
        tracing::debug!(gone, "the group of a notice's command was ended");
    }
    let (status, said) = ended
        .map_err(|_late| Undelivered::later(format!("{program} did not end within {WITHIN}")))?
        .map_err(cannot)?;
    if status.success() {
        return Ok(());
    }
    let said = plain(String::from_utf8_lossy(&said).trim(), WORDS);
    let why = match said.as_str() {
        "" => format!("{program} ends with {status}"),
        said => format!("{program} ends with {status}: {said}"),
    };
    Err(Undelivered::later(why))
}

/// Gives it the notice, and takes its end and its first complaint.
async fn give(child: &mut Child, notice: &[u8]) -> io::Result<(std::process::ExitStatus, Vec<u8>)> {
    let (mut input, output) = (child.stdin.take(), child.stderr.take());
    let write = async {
        if let Some(input) = &mut input {
            // One that does not read it may still know what to do.
            let _unread = input.write_all(notice).await;
        }
        drop(input);
    };
    let read = async {
        let mut said = Vec::new();
        if let Some(output) = output {
            let mut first = output.take(SAID_BYTES);
            first.read_to_end(&mut said).await?;
            // The rest is let go, so that nobody hangs in a write.
            tokio::io::copy(&mut first.into_inner(), &mut tokio::io::sink()).await?;
        }
        Ok::<_, io::Error>(said)
    };
    let (status, (), said) = tokio::join!(child.wait(), write, read);
    Ok((status?, said?))
}

//! Where copied text goes: through the terminal to wherever the operator sits (OSC 52), or into the
//! clipboard of this machine by the program that its desktop has.

use crate::tui::event::Event;
use std::{io, process::Stdio, time::Duration};
use tokio::{io::AsyncWriteExt as _, process::Command, time::timeout};

/// A program that takes longer waits for something that will not come.
const PATIENCE: Duration = Duration::from_secs(5);

/// How text is copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clipboard {
    Terminal,
    /// Programs that take it from their standard input, the first that is there.
    Native(Vec<Vec<String>>),
    Off,
}

impl Clipboard {
    /// For whoever wonders.
    pub(super) fn word(&self) -> String {
        match self {
            Clipboard::Terminal => "OSC 52".to_owned(),
            Clipboard::Native(programs) => {
                let lines: Vec<String> = programs.iter().map(|argv| argv.join(" ")).collect();
                format!("by {}", lines.join(" or "))
            }
            Clipboard::Off => "off".to_owned(),
        }
    }
}

/// Gives the text to the first program that is there; the event that says why nobody has it.
pub(super) async fn give(programs: Vec<Vec<String>>, text: String) -> Event {
    let trouble = |why: &str| Event::Trouble(format!("copying failed: {why}"));
    let names: Vec<String> = programs.iter().filter_map(|p| p.first().cloned()).collect();
    for argv in programs {
        let Some((program, arguments)) = argv.split_first() else {
            continue;
        };
        return match timeout(PATIENCE, run(program, arguments, &text)).await {
            Ok(Ok(())) => Event::Done(format!("copied with {program}")),
            Ok(Err(why)) if why.kind() == io::ErrorKind::NotFound => continue,
            Ok(Err(why)) => trouble(&format!("{program}: {why}")),
            Err(_) => trouble(&format!(
                "{program} did not take it in {}s",
                PATIENCE.as_secs()
            )),
        };
    }
    if names.is_empty() {
        return trouble(
            "no desktop is running here; clipboard = \"osc52\" goes through the terminal",
        );
    }
    trouble(&format!("none of {} is installed", names.join(", ")))
}

async fn run(program: &str, arguments: &[String], text: &str) -> io::Result<()> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(text.as_bytes()).await?;
    }
    let status = child.wait().await?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!("it ended with {status}")))
    }
}

//! How a keeper starts its command: without a shell unless the definition says so, in a process group of
//! its own, with one pipe for both of its outputs.

use crate::clock::Stopwatch;
use crate::executor::{
    ended::Ended,
    keeper::{Arguments, Groups, Output},
    shortage::{self, is_shortage},
};
use nix::unistd::fchown;
use std::{io, process::Stdio, time::Duration};
use tokio::{
    net::unix::pipe,
    process::{Child, Command},
    signal::unix::Signal,
    time::sleep,
};

/// A file just written may be held open for a moment by an unrelated fork of the server.
const BUSY: (u32, Duration) = (20, Duration::from_millis(10));

/// Starts it; waits where the machine is short of something, unless nobody wants it any more.
pub(crate) async fn command(
    arguments: &Arguments,
    unwanted: &mut Signal,
) -> Result<(Child, Output), Ended> {
    if !arguments.directory.is_dir() {
        let why = "the directory does not exist";
        return Err(Ended::NotStarted(why.to_owned()));
    }
    let (watch, mut busy_tries) = (Stopwatch::start(), 0);
    loop {
        let why = match command_now(arguments) {
            Ok(started) => return started,
            Err(why) => why,
        };
        let pause = if why.kind() == io::ErrorKind::ExecutableFileBusy && busy_tries < BUSY.0 {
            busy_tries += 1;
            BUSY.1
        } else if is_shortage(&why) && watch.elapsed() < shortage::ENDS_WITHIN {
            shortage::LOOK_EVERY
        } else {
            return Err(Ended::NotStarted(why.to_string()));
        };
        tokio::select! {
            () = sleep(pause) => {}
            _ = unwanted.recv() => return Err(Ended::Stopped),
        }
    }
}

/// An error is of one that was not started. One that was, in a group that its keeper cannot leave, is
/// ended, and nobody knows what it did until then.
fn command_now(arguments: &Arguments) -> io::Result<Result<(Child, Output), Ended>> {
    let (reader, writer) = io::pipe()?;
    let mut command = prepared(arguments)?;
    if let Some((uid, gid)) = arguments.uid.zip(arguments.gid) {
        command.uid(uid).gid(gid);
        // For scripts that open /dev/stderr, which is this pipe.
        fchown(&writer, Some(uid.into()), Some(gid.into()))?;
    }
    command.stdout(writer.try_clone()?).stderr(writer);
    let reader = pipe::Receiver::from_owned_fd(reader.into())?;
    let (child, left) = Groups::of(arguments).within(|| command.spawn())?;
    Ok(match left {
        Ok(()) => Ok((child, Output::new(reader, &arguments.secrets))),
        Err(why) => Err(Ended::Lost(format!(
            "it was ended, because its keeper cannot leave its control group: {why}"
        ))),
    })
}

fn prepared(arguments: &Arguments) -> io::Result<Command> {
    let (program, rest) = arguments
        .words
        .split_first()
        .ok_or_else(|| io::Error::other("the command is empty"))?;
    // A path is meant from the step's directory, not from ours.
    let mut command = if program.contains('/') {
        Command::new(arguments.directory.join(program))
    } else {
        Command::new(program)
    };
    command
        .args(rest)
        .current_dir(&arguments.directory)
        .stdin(Stdio::null())
        .process_group(0)
        .kill_on_drop(true);
    Ok(command)
}

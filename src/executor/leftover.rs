//! What a dead server left running of steps that are not owed any more, and is ended: their keepers,
//! each of which holds the folder of its step, and where somebody killed a keeper, the session that it
//! led. What is owed goes on; see `found`. Its git, which nobody waits for, is ended, too.

use crate::{
    executor::{
        Confinement, ExecutorError, StepUser,
        cgroup::Cgroup,
        environment::is_of_dead_server,
        hold::{self, Hold, Holder, is_held},
        keeper,
        tree::{self, Tree, terminate},
    },
    model::EffectId,
};
use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    thread::sleep,
    time::Duration,
};

const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Ends the steps that a dead server left running, but for those in the folders to be kept.
pub(crate) fn end_all(
    steps: &Path,
    kept: &BTreeSet<PathBuf>,
    confinement: &Confinement,
) -> Result<(), ExecutorError> {
    let unreadable = |source| ExecutorError::File {
        operation: "read the steps of an earlier server in",
        path: steps.to_owned(),
        source,
    };
    let mut held = Vec::new();
    for entry in fs::read_dir(steps).map_err(unreadable)? {
        let folder = entry.map_err(unreadable)?.path();
        if kept.contains(&folder) {
            continue;
        }
        if is_held(&folder)? {
            ask(&folder);
            held.push(folder);
        } else {
            let group = confinement
                .of(&id_of(&folder))
                .map(|confined| confined.step);
            end_orphans(&folder, group.as_ref(), confinement.user())?;
        }
    }
    held.iter().try_for_each(|folder| end(folder))
}

/// Ends the git of servers that are gone, which would go on in mirrors and checkouts beside ours.
pub(crate) fn end_git() {
    for _look in 0..tree::GONE_WITHIN.as_millis() / LOOK_EVERY.as_millis() {
        let all = tree::all().filter(|(_, stat)| stat.live);
        let left: Vec<i32> = all
            .map(|(pid, _)| pid)
            .filter(|pid| is_left(*pid))
            .collect();
        if left.is_empty() {
            return;
        }
        for pid in left {
            tracing::warn!(pid, "ending git of an earlier server");
            tree::kill(pid);
        }
        sleep(LOOK_EVERY);
    }
    tracing::warn!("git of an earlier server does not end, and may stand in the way of ours");
}

fn is_left(pid: i32) -> bool {
    fs::read(format!("/proc/{pid}/environ")).is_ok_and(|all| is_of_dead_server(&all))
}

/// Ends what is left below a keeper that was killed, and waits until it is gone: its session, and the
/// control group of its command, where there is one, with what made a session of its own.
pub(crate) fn end_orphans(
    folder: &Path,
    group: Option<&Cgroup>,
    user: Option<&StepUser>,
) -> Result<(), ExecutorError> {
    if !hold::file(folder).exists() {
        return Ok(());
    }
    let taken = Hold::take(folder).map_err(|source| unlockable(folder, source))?;
    // Somebody began anew meanwhile.
    let Some(mut hold) = taken else { return Ok(()) };
    if let Some(holder) = Holder::last_of(folder)?
        && !holder.lives()
        && Tree::Session(holder.pid)
            .live()
            .iter()
            .any(|pid| carries(*pid, &id_of(folder), user))
    {
        tracing::warn!(step = %id_of(folder), "ending what a killed keeper left");
        if !Tree::Session(holder.pid).end_blocking() {
            return Err(undying(folder, lives_on(holder.pid)));
        }
    }
    if let Some(group) = group {
        if !group.end() {
            let left = format!("the control group {} is not empty", group.0.display());
            return Err(undying(folder, left));
        }
        group.remove();
    }
    hold.forget();
    Ok(())
}

fn ask(folder: &Path) {
    tracing::warn!(step = %id_of(folder), "ending a step of an earlier server");
    if let Some(keeper) = Holder::of(folder) {
        terminate(keeper.pid);
    }
}

/// Waits for a keeper that was asked to end its step; kills one that does not.
fn end(folder: &Path) -> Result<(), ExecutorError> {
    let looks = keeper::ENDS_WITHIN.as_millis() / LOOK_EVERY.as_millis();
    for look in 0..looks {
        if !is_held(folder)? {
            return Ok(());
        }
        // One that had only just begun was not there to be asked.
        if look % 50 == 49
            && let Some(keeper) = Holder::of(folder)
        {
            terminate(keeper.pid);
        }
        sleep(LOOK_EVERY);
    }
    let Some(keeper) = Holder::of(folder) else {
        let file = hold::file(folder);
        let left = format!("somebody whom it does not name holds {}", file.display());
        return Err(undying(folder, left));
    };
    if !Tree::Session(keeper.pid).end_blocking() || is_held(folder)? {
        return Err(undying(folder, lives_on(keeper.pid)));
    }
    Ok(())
}

fn lives_on(leader: i32) -> String {
    format!("its session {leader} lives on, even when killed")
}

/// Whether a process is of a step, as its environment says; that of another user may be read by root
/// alone, and then whose it is has to do.
fn carries(pid: i32, id: &EffectId, user: Option<&StepUser>) -> bool {
    let own = format!("PILOTHOUSE_EFFECT_ID={id}");
    match fs::read(format!("/proc/{pid}/environ")) {
        Ok(all) => all
            .split(|byte| *byte == 0)
            .any(|one| one == own.as_bytes()),
        Err(_not_ours) => user.is_some_and(|user| user.runs(pid)),
    }
}

fn id_of(folder: &Path) -> EffectId {
    let name = folder.file_name().unwrap_or_default();
    EffectId(name.to_string_lossy().into_owned())
}

fn undying(folder: &Path, left: String) -> ExecutorError {
    ExecutorError::Undying {
        id: id_of(folder),
        left,
    }
}

fn unlockable(folder: &Path, source: io::Error) -> ExecutorError {
    ExecutorError::File {
        operation: "lock",
        path: hold::file(folder),
        source,
    }
}

//! What a running step leaves beside its log, so that a later server can end it: `pid`, holding the
//! leader's pid, when the kernel started it, and in which run of the machine. A rerun under the same
//! id then never overlaps with the first run.

use crate::{
    executor::{
        ExecutorError,
        group::{Group, Stat, members},
    },
    model::EffectId,
};
use std::{fs, io, path::Path};

/// Notes the leader of a step's process group, in the step's folder.
pub(crate) fn note(folder: &Path, leader: u32) -> io::Result<()> {
    let started = i32::try_from(leader).ok().and_then(Stat::of);
    let started = started.map_or(0, |stat| stat.started);
    fs::write(
        folder.join("pid"),
        format!("{leader} {started} {}\n", this_boot()),
    )
}

/// Forgets a group that is gone.
pub(crate) fn forget(folder: &Path) {
    // One that stays is checked against the start time later and harms nobody.
    let _absent = fs::remove_file(folder.join("pid"));
}

/// Ends the groups that a dead server left running. Their effects are still owed and run again.
pub(crate) fn end_all(steps: &Path) -> Result<(), ExecutorError> {
    let unreadable = |source| ExecutorError::File {
        operation: "read the steps of an earlier server in",
        path: steps.to_owned(),
        source,
    };
    for entry in fs::read_dir(steps).map_err(unreadable)? {
        let folder = entry.map_err(unreadable)?.path();
        let Ok(note) = fs::read_to_string(folder.join("pid")) else {
            continue;
        };
        let id = folder.file_name().unwrap_or_default().to_string_lossy();
        let id = EffectId(id.into_owned());
        if let Some(leader) = leader_alive(&note, &id)
            && let Some(group) = Group::led_by(leader)
        {
            tracing::warn!(step = %id, leader, "ending a step of an earlier server");
            if !group.end_blocking() {
                return Err(ExecutorError::Undying { id, leader });
            }
        }
        forget(&folder);
    }
    Ok(())
}

/// The leader of a noted group, when the group is surely the noted one and not a later namesake:
/// the leader has the noted start time, or it is gone and a member carries the step's id.
fn leader_alive(note: &str, id: &EffectId) -> Option<u32> {
    let mut words = note.split_whitespace();
    let leader: i32 = words.next()?.parse().ok()?;
    let started: u64 = words.next()?.parse().ok()?;
    if words.next()? != this_boot() {
        return None;
    }
    let ours = match Stat::of(leader) {
        Some(stat) => stat.started == started,
        None => members(leader).any(|(pid, _)| carries(pid, id)),
    };
    ours.then(|| u32::try_from(leader).ok()).flatten()
}

fn carries(pid: i32, id: &EffectId) -> bool {
    let own = format!("PILOTHOUSE_EFFECT_ID={id}");
    fs::read(format!("/proc/{pid}/environ")).is_ok_and(|all| {
        all.split(|byte| *byte == 0)
            .any(|one| one == own.as_bytes())
    })
}

/// Names this run of the machine; pids and start times begin again with the next.
fn this_boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .map_or_else(|_no_proc| "unknown".to_owned(), |id| id.trim().to_owned())
}

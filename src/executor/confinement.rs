//! What the steps of a server are confined by beside their keepers: a user of their own, where somebody
//! named one, and control groups, where the system
//! lets the server make some (cgroup v2, delegated, as by a unit with `Delegate=yes`), and how much a
//! step may take that does not say so itself.
//!
//! ```text
//! the unit's group:   server/   keepers/   step-<id>/ ...      one for each command that runs
//! ```

use crate::{
    executor::{
        StepUser,
        cgroup::{Cgroup, set},
    },
    model::{EffectId, Limits},
};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Controllers, each for one of the limits.
const CONTROLLERS: [&str; 3] = ["memory", "pids", "cpu"];

/// How steps are confined.
#[derive(Debug, Clone, Default)]
pub struct Confinement {
    /// The group below which every step gets its own.
    base: Option<PathBuf>,
    /// Those of [`CONTROLLERS`] that work there.
    enforced: Vec<&'static str>,
    /// Of steps that do not say so themselves.
    defaults: Limits,
    /// Why not all is enforced; empty when it is.
    why: String,
    /// As whom they run; none when as the server's own user.
    user: Option<StepUser>,
}

impl Confinement {
    /// Finds where this process may make groups, when its own is nobody else's.
    pub fn of_this_process(defaults: Limits) -> Self {
        match own_group().and_then(|own| take(&own)) {
            Ok((base, enforced, why)) => Self {
                base: Some(base),
                enforced,
                defaults,
                why,
                user: None,
            },
            Err(why) => Self {
                defaults,
                why: why.to_string(),
                ..Self::default()
            },
        }
    }

    /// Has steps run as another user.
    pub fn as_user(self, user: Option<StepUser>) -> Self {
        Self { user, ..self }
    }

    pub(crate) fn user(&self) -> Option<&StepUser> {
        self.user.as_ref()
    }

    /// What is not held to, for the server's log; none when all is.
    pub(crate) fn complaint(&self) -> Option<String> {
        if self.why.is_empty() {
            return None;
        }
        let groups = if self.base.is_some() {
            "steps have control groups of their own, but"
        } else {
            "steps have no control groups of their own, and"
        };
        let left: Vec<&str> = CONTROLLERS
            .into_iter()
            .filter(|controller| !self.enforced.contains(controller))
            .collect();
        let (left, why) = (left.join(", "), &self.why);
        Some(format!("{groups} no limits of {left}: {why}"))
    }

    /// The groups of a step; none where there are none.
    pub(crate) fn of(&self, id: &EffectId) -> Option<Confined> {
        let base = self.base.as_ref()?;
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let name: String = id.0.chars().map(plain).collect();
        Some(Confined {
            step: Cgroup(base.join(format!("step-{name}"))),
            keepers: Cgroup(base.join(KEEPERS)),
        })
    }

    /// What a step may take: of what it says itself, and of what is usual here, all that can be
    /// enforced.
    pub(crate) fn limits(&self, own: Limits) -> Limits {
        let wanted = own.or(self.defaults);
        let can = |controller| self.enforced.contains(&controller);
        Limits {
            memory: wanted.memory.filter(|_| can("memory")),
            processes: wanted.processes.filter(|_| can("pids")),
            cpu: wanted.cpu.filter(|_| can("cpu")),
        }
    }
}

/// Where the processes of a step are, and its keeper, which no limit of the step concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Confined {
    pub(crate) step: Cgroup,
    pub(crate) keepers: Cgroup,
}

const KEEPERS: &str = "keepers";
const SERVER: &str = "server";

/// The controllers that control groups have on this machine at all; none without cgroup v2.
pub fn controllers_of_machine() -> Option<Vec<String>> {
    let (mount, _) = mounted().ok()?;
    let text = fs::read_to_string(mount.join("cgroup.controllers")).ok()?;
    let there = text.split_whitespace().map(str::to_owned);
    Some(
        there
            .filter(|one| CONTROLLERS.contains(&one.as_str()))
            .collect(),
    )
}

/// Where cgroup v2 is mounted, and which of its groups is the top of that.
fn mounted() -> io::Result<(PathBuf, String)> {
    let mounts = fs::read_to_string("/proc/self/mountinfo")?;
    let found = mounts.lines().find_map(|line| {
        let (front, back) = line.split_once(" - ")?;
        back.starts_with("cgroup2 ").then_some(())?;
        let mut words = front.split(' ').skip(3);
        let (root, place) = (words.next()?, words.next()?);
        Some((place.into(), root.to_owned()))
    });
    found.ok_or_else(|| io::Error::other("cgroup v2 is not mounted"))
}

fn own_group() -> io::Result<PathBuf> {
    let (mount, root) = mounted()?;
    let text = fs::read_to_string("/proc/self/cgroup")?;
    let own = text.lines().find_map(|line| line.strip_prefix("0::"));
    let own = own.ok_or_else(|| io::Error::other("this process is in no cgroup v2"))?;
    let below = own.strip_prefix(root.trim_end_matches('/')).unwrap_or(own);
    let below = below.trim_start_matches('/');
    if below.is_empty() {
        return Err(io::Error::other(
            "this process is in the topmost control group, which is nobody's own; start it by a unit with Delegate=yes",
        ));
    }
    Ok(mount.join(below))
}

/// Gives where groups are made, which limits work there, and why others do not.
///
/// Limits are set below a group without processes of its own: the unit's, when that puts the server
/// into one below it. Without, systemd could not start the next server beside steps that go on.
fn take(own: &Path) -> io::Result<(PathBuf, Vec<&'static str>, String)> {
    let unit = own.parent().filter(|_| own.ends_with(SERVER));
    let base = unit.unwrap_or(own);
    alone(own)?;
    Cgroup(base.join(KEEPERS)).make(Limits::default())?;
    if unit.is_none() {
        let why = "they need a unit with DelegateSubgroup=server (systemd 254)";
        return Ok((base.to_owned(), Vec::new(), why.to_owned()));
    }
    let mut enforced = Vec::new();
    let mut why = String::new();
    for controller in CONTROLLERS {
        match set(
            &base.join("cgroup.subtree_control"),
            &format!("+{controller}"),
        ) {
            Ok(()) => enforced.push(controller),
            Err(error) => why = error.to_string(),
        }
    }
    Ok((base.to_owned(), enforced, why))
}

/// Whether a group has no process but this one.
fn alone(group: &Path) -> io::Result<()> {
    let inside = fs::read_to_string(group.join("cgroup.procs"))?;
    let this = std::process::id().to_string();
    match inside.lines().find(|pid| *pid != this) {
        None => Ok(()),
        Some(other) => Err(io::Error::other(format!(
            "the control group {} is not this server's alone (process {other}); start it by a unit with Delegate=yes",
            group.display()
        ))),
    }
}

//! What a server needs of the machine around it: programs, limits, a clock that is right.

use super::Finding;
use crate::{
    clock as time,
    executor::{StepUser, StepUserError, controllers_of_machine},
};
use std::{fs, path::Path, process::Command};

/// The first version with every option that mirrors and checkouts are made with.
const GIT: (u32, u32) = (2, 29);
/// A thousand readers, and a few files for each step that runs.
const FILES: u64 = 4_096;
/// Rules about clocks change several times a year somewhere.
const ZONES_YEARS: i32 = 2;

pub(super) fn git() -> Finding {
    const WHAT: &str = "git";
    let todo = format!(
        "install git {}.{} or newer for the server's user",
        GIT.0, GIT.1
    );
    let said = match Command::new("git").arg("--version").output() {
        Ok(said) => String::from_utf8_lossy(&said.stdout).trim().to_owned(),
        Err(why) => return Finding::wrong(WHAT, format!("it cannot be run: {why}"), todo),
    };
    match version(&said) {
        Some(version) if version >= GIT => Finding::ok(WHAT, said),
        Some(_) => Finding::wrong(WHAT, format!("{said} is too old"), todo),
        None => Finding::doubt(WHAT, format!("its version is not known: {said:?}"), todo),
    }
}

/// `git version 2.39.5 (Apple Git-154)`.
fn version(said: &str) -> Option<(u32, u32)> {
    let numbers = said.strip_prefix("git version ")?;
    let mut numbers = numbers.split(['.', ' ']);
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

pub(super) fn shell() -> Finding {
    if Path::new("/bin/sh").exists() {
        Finding::ok("shell", "/bin/sh")
    } else {
        let todo = "install a shell, or give every step as a list of words instead of one line";
        Finding::wrong("shell", "there is no /bin/sh", todo)
    }
}

pub(super) fn files() -> Finding {
    const WHAT: &str = "files";
    let text = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let limit = text
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"));
    let soft = limit.and_then(|rest| rest.split_whitespace().next());
    let todo = format!("LimitNOFILE={FILES} in the unit, or ulimit -n {FILES}");
    match soft.map(str::parse::<u64>) {
        Some(Ok(soft)) if soft < FILES => {
            let said = format!("{soft} may be open at once: about {} readers", soft / 2);
            Finding::doubt(WHAT, said, todo)
        }
        Some(Ok(soft)) => Finding::ok(WHAT, format!("{soft} may be open at once")),
        Some(Err(_unlimited)) => Finding::ok(WHAT, "no limit"),
        None => Finding::doubt(WHAT, "how many may be open is not known", todo),
    }
}

/// Whether the kernel could hold steps to limits. Whether a server may ask it to depends on how that
/// is started, and is in its log.
pub(super) fn limits() -> Finding {
    const WHAT: &str = "step limits";
    let todo = "boot with cgroup v2 alone (systemd.unified_cgroup_hierarchy=1), and start the server by its unit, which delegates";
    match controllers_of_machine() {
        Some(there) if there.len() == 3 => {
            let said = "memory, processes and processor time, where the server is started by a unit with Delegate=yes";
            Finding::ok(WHAT, said)
        }
        Some(there) if there.is_empty() => {
            let said = "cgroup v2 has no controllers here: steps have no limits of memory, processes or processor time";
            Finding::doubt(WHAT, said, todo)
        }
        Some(there) => {
            let there = there.join(", ");
            let said =
                format!("cgroup v2 has only {there} here: what else steps take has no limit");
            Finding::doubt(WHAT, said, todo)
        }
        None => {
            let said = "there is no cgroup v2: steps have no limits of memory, processes or processor time, and a daemon of a step whose keeper is killed stays";
            Finding::doubt(WHAT, said, todo)
        }
    }
}

/// As whom steps run, and whether they could as somebody else. What a unit grants its server is not
/// granted to whoever looks from a shell.
pub(super) fn user(name: Option<&str>) -> Finding {
    const WHAT: &str = "step user";
    let Some(name) = name else {
        let needs = match StepUser::lacking() {
            lacking if lacking.is_empty() => String::new(),
            lacking => format!(", which takes {}", lacking.join(", ")),
        };
        let said = "steps run as the server's own user, or as another with serve --step-user";
        return Finding::ok(WHAT, format!("{said}{needs}"));
    };
    match StepUser::named(name) {
        Ok(_usable) => Finding::ok(WHAT, format!("steps can run as {name}")),
        Err(why @ StepUserError::Powerless { .. }) => {
            let todo = "step-user.conf beside the unit in assets grants all of it; what a unit grants is not seen from here";
            Finding::doubt(WHAT, why.to_string(), todo)
        }
        Err(
            why @ (StepUserError::Unknown(_)
            | StepUserError::Lookup { .. }
            | StepUserError::Root(_)
            | StepUserError::Own(_)
            | StepUserError::OfSocket { .. }),
        ) => Finding::wrong(WHAT, why.to_string(), "name another with --step-user"),
    }
}

/// Windows, bakes and expiries go by the wall clock.
pub(super) fn clock() -> Finding {
    const WHAT: &str = "clock";
    let now = time::now().utc().format("%Y-%m-%dT%H:%M:%SZ");
    if Path::new("/run/systemd/timesync/synchronized").exists() {
        return Finding::ok(WHAT, format!("{now}, synchronized"));
    }
    let daemons = ["/run/chrony", "/run/ntpd.pid", "/run/openntpd"];
    let kept = daemons.into_iter().find(|place| Path::new(place).exists());
    if let Some(place) = kept {
        return Finding::ok(WHAT, format!("{now}, kept by what runs at {place}"));
    }
    let said = format!("{now}; whether anything keeps it right is not known");
    Finding::doubt(WHAT, said, "install chrony or systemd-timesyncd")
}

pub(super) fn zones() -> Finding {
    const WHAT: &str = "time zones";
    let version = chrono_tz::IANA_TZDB_VERSION;
    let said = format!("release {version} of the time zone database, built in");
    let year = version.get(..4).and_then(|year| year.parse::<i32>().ok());
    let now = chrono::Datelike::year(&time::now().utc());
    match year {
        Some(year) if now - year > ZONES_YEARS => {
            let todo = "install a newer pilothouse: windows in zones that changed since are off";
            Finding::doubt(WHAT, said, todo)
        }
        Some(_) | None => Finding::ok(WHAT, said),
    }
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn what_git_says_of_itself() {
        for (said, expected) in [
            ("git version 2.39.5", Some((2, 39))),
            ("git version 2.39.5 (Apple Git-154)", Some((2, 39))),
            ("git version 2.47.rc0", Some((2, 47))),
            ("git version two", None),
            ("", None),
        ] {
            assert_eq!(version(said), expected, "{said}");
        }
    }
}

//! What of root's rights a server needs that runs its steps as another user, and seeing to it that
//! nothing but keepers has them of it: a process passes on to a program what it holds ready for that
//! (`capabilities(7)`), and root passes on all. It knows no steps.

#[cfg(target_os = "linux")]
pub(crate) use linux::{handing_on, keep_back, lacking};
#[cfg(not(target_os = "linux"))]
pub(crate) use other::{handing_on, keep_back, lacking};

#[cfg(target_os = "linux")]
mod linux {
    use nix::unistd::geteuid;
    use rustix::thread::{
        CapabilitySet, CapabilitySets, capabilities, configure_capability_in_ambient_set,
        set_capabilities,
    };
    use std::io;

    /// To become another user and group, to give files away, to end that user's processes, and to read
    /// and remove what they made.
    const NEEDED: [(CapabilitySet, &str); 6] = [
        (CapabilitySet::SETUID, "CAP_SETUID"),
        (CapabilitySet::SETGID, "CAP_SETGID"),
        (CapabilitySet::CHOWN, "CAP_CHOWN"),
        (CapabilitySet::KILL, "CAP_KILL"),
        (CapabilitySet::DAC_OVERRIDE, "CAP_DAC_OVERRIDE"),
        (CapabilitySet::FOWNER, "CAP_FOWNER"),
    ];

    /// Those that this process has not.
    pub(crate) fn lacking() -> Vec<&'static str> {
        let has = capabilities(None).map_or(CapabilitySet::empty(), |sets| sets.effective);
        let lacks = NEEDED
            .into_iter()
            .filter(|(right, _)| !has.contains(*right));
        lacks.map(|(_, name)| name).collect()
    }

    /// Holds none ready any more for what this thread, and those that it makes, start.
    pub(crate) fn keep_back() -> io::Result<()> {
        hold_ready(CapabilitySet::empty())
    }

    /// Starts something that gets them, too.
    pub(crate) fn handing_on<T>(start: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        if geteuid().is_root() {
            return start();
        }
        let needed = NEEDED.into_iter().map(|(right, _)| right);
        hold_ready(needed.clone().collect())?;
        let ready = needed.into_iter().try_for_each(|right| {
            // What is not both permitted and held ready cannot be.
            Ok(configure_capability_in_ambient_set(right, true)?)
        });
        let started = ready.and_then(|()| start());
        keep_back()?;
        started
    }

    /// What is taken out of this set is taken out of the ambient one, too.
    fn hold_ready(inheritable: CapabilitySet) -> io::Result<()> {
        let sets = capabilities(None)?;
        Ok(set_capabilities(
            None,
            CapabilitySets {
                inheritable,
                ..sets
            },
        )?)
    }
}

#[cfg(not(target_os = "linux"))]
mod other {
    use nix::unistd::geteuid;
    use std::io;

    pub(crate) fn lacking() -> Vec<&'static str> {
        let has = geteuid().is_root();
        ["the rights of root"]
            .into_iter()
            .filter(|_right| !has)
            .collect()
    }

    pub(crate) fn keep_back() -> io::Result<()> {
        Ok(())
    }

    pub(crate) fn handing_on<T>(start: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        start()
    }
}

//! The control groups of a keeper and of its command, where the server can make some: the command is
//! born in its own, and the keeper stays out of it, so that no limit ends whoever tells of the end.

use crate::executor::{cgroup::Cgroup, ended::Ended, keeper::Arguments};
use std::io;

pub(crate) struct Groups(Option<Pair>);

struct Pair {
    command: Cgroup,
    keepers: Cgroup,
}

impl Groups {
    pub(crate) fn of(arguments: &Arguments) -> Self {
        let both = arguments.group.clone().zip(arguments.outside.clone());
        Self(both.map(|(command, keepers)| Pair {
            command: Cgroup(command),
            keepers: Cgroup(keepers),
        }))
    }

    /// Puts the keeper where keepers are.
    pub(crate) fn leave(&self) -> io::Result<()> {
        self.0.as_ref().map_or(Ok(()), |pair| pair.keepers.enter())
    }

    /// Does something in the command's group: what is started there stays there. This process is one of
    /// those in it meanwhile, and must not be the one too many. Gives beside what was started whether
    /// this process got out again.
    pub(crate) fn within<T>(
        &self,
        start: impl FnOnce() -> io::Result<T>,
    ) -> io::Result<(T, io::Result<()>)> {
        let Some(pair) = &self.0 else {
            return Ok((start()?, Ok(())));
        };
        let most = pair.command.most_processes();
        let allow =
            |most: Option<u32>| most.map_or(Ok(()), |most| pair.command.allow_processes(most));
        allow(most.map(|most| most.saturating_add(1)))?;
        let started = pair.command.enter().and_then(|()| start());
        let left = pair.keepers.enter().and_then(|()| allow(most));
        Ok((started?, left))
    }

    /// What an end means, seen what the kernel did in the group.
    pub(crate) fn judge(&self, ended: Ended) -> Ended {
        let killed = match ended {
            Ended::Exit(code) => code != 0,
            Ended::Signal(_) => true,
            Ended::OutOfMemory(_)
            | Ended::TimedOut
            | Ended::Stopped
            | Ended::NotStarted(_)
            | Ended::Lost(_) => false,
        };
        match &self.0 {
            Some(pair) if killed && pair.command.ran_out_of_memory() => {
                Ended::OutOfMemory(pair.command.most_memory())
            }
            Some(_) | None => ended,
        }
    }

    /// What the command may not have seen itself, and its log is to say, when it ended badly.
    pub(crate) fn remark(&self, ended: &Ended) -> Option<String> {
        let command = &self.0.as_ref()?.command;
        let most = command.most_processes()?;
        (*ended != Ended::Exit(0) && command.ran_out_of_processes()).then(|| {
            format!("pilothouse: it had all the processes and threads it may have (limit {most})\n")
        })
    }

    /// Kills what is left in the group, whatever it has made of itself.
    pub(crate) fn kill(&self) {
        if let Some(pair) = &self.0 {
            pair.command.kill();
        }
    }

    /// Forgets the command's group, once it is empty.
    pub(crate) fn remove(&self) {
        if let Some(pair) = &self.0
            && pair.command.end()
        {
            pair.command.remove();
        }
    }
}

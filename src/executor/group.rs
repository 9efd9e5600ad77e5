//! A process group of a command of ours, such as git or what delivers a notice: the leader that was
//! started, and its helpers. A process that makes a session of its own leaves the group; steps, which
//! may run anything, have a keeper instead.

use crate::executor::tree;
use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use std::time::Duration;

/// A live process group that is killed when this is dropped, so that an aborted call leaves nothing.
#[derive(Debug)]
pub(crate) struct Group {
    leader: Pid,
    over: bool,
}

const LOOK_EVERY: Duration = Duration::from_millis(5);

impl Group {
    pub(crate) fn led_by(leader: u32) -> Option<Self> {
        let leader = Pid::from_raw(i32::try_from(leader).ok()?);
        Some(Self {
            leader,
            over: false,
        })
    }

    /// Kills what is left of the group and waits until it is gone; false when it does not go.
    pub(crate) async fn end(mut self) -> bool {
        self.kill();
        for _look in 0..tree::GONE_WITHIN.as_millis() / LOOK_EVERY.as_millis() {
            if !self.lives() {
                self.over = true;
                return true;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        false
    }

    fn kill(&self) {
        // A group that is gone already needs no signal.
        let _gone = killpg(self.leader, Signal::SIGKILL);
    }

    /// Whether a member still runs.
    fn lives(&self) -> bool {
        let leader = self.leader.as_raw();
        killpg(self.leader, None).is_ok()
            && tree::all().any(|(_, stat)| stat.group == leader && stat.live)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !self.over {
            self.kill();
        }
    }
}

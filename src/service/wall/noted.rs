//! What the clocks said, noted beside the journal now and then: a wall clock that was set while no
//! server ran is noticed by the next one (INVARIANTS.md I40). Of another run of the machine a note says
//! nothing.

use crate::{
    clock,
    model::{Span, Time},
    service::{shared::stopping, wall::Reading},
};
use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::{sync::watch, task::spawn_blocking, time::sleep};

const FILE: &str = "clock.mark";
const EVERY: Duration = Duration::from_secs(60);

/// What the last server noted. None in another run of the machine, and where there is no note that can
/// be read: then less is noticed, and nothing is lost.
pub(in crate::service) fn last(state: &Path) -> Option<Reading> {
    let text = fs::read_to_string(state.join(FILE)).ok()?;
    let mut words = text.split_ascii_whitespace();
    let boot = words.next()?;
    let wall = words.next()?.parse().ok()?;
    let ran = words.next()?.parse().ok()?;
    (clock::boot()? == boot).then_some(Reading {
        wall: Time(wall),
        ran: Span(ran),
    })
}

/// Notes what the clocks say, until the service stops. A note is not synced: an older one of the same
/// run of the machine is a good one, too.
pub(in crate::service) async fn keep(state: PathBuf, mut stopped: watch::Receiver<bool>) {
    let Some(boot) = clock::boot() else {
        return;
    };
    loop {
        let (file, boot) = (state.join(FILE), boot.clone());
        let noted = spawn_blocking(move || note(&file, &boot)).await;
        if let Ok(Err(why)) = noted {
            tracing::warn!(%why, file = FILE, "what the clocks say cannot be noted");
        }
        if *stopped.borrow() {
            return;
        }
        tokio::select! {
            () = stopping(&mut stopped) => {}
            () = sleep(EVERY) => {}
        }
    }
}

fn note(file: &Path, boot: &str) -> io::Result<()> {
    let Reading { wall, ran } = Reading::now();
    let part = file.with_extension("mark.new");
    fs::write(&part, format!("{boot} {} {}\n", wall.0, ran.0))?;
    fs::rename(part, file)
}

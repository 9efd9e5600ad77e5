//! The targets as running processes: one for each name in the definitions, each with a directory of
//! its own. They end with the demo, because each holds a pipe that only the demo keeps open.

use crate::{
    definition::Loaded,
    demo::{DemoError, place::Place},
    model::{Phase, RegionName, ServiceName, StageName, TargetName, ZoneName},
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

/// Far more than a target takes to start, even when the machine is busy.
const START: Duration = Duration::from_secs(20);
/// Far more than a target takes to end once its input has.
const END: Duration = Duration::from_secs(3);

/// Where a target is, as the definitions say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) service: ServiceName,
    pub(super) stage: StageName,
    pub(super) phase: Phase,
    pub(super) region: RegionName,
    pub(super) zone: ZoneName,
    pub(super) target: TargetName,
}

/// A spot with the process that fills it.
#[derive(Debug, Clone)]
pub(super) struct Station {
    pub(super) spot: Spot,
    /// `127.0.0.1:41234`.
    pub(super) address: String,
    pub(super) directory: PathBuf,
}

/// All targets. Dropping it kills what still runs.
#[derive(Debug)]
pub(super) struct Fleet {
    pub(super) stations: Vec<Station>,
    processes: Vec<Child>,
}

/// Every target of the definitions, each once.
pub(super) fn spots(loaded: &Loaded) -> Vec<Spot> {
    let mut spots: BTreeMap<TargetName, Spot> = BTreeMap::new();
    for definition in &loaded.definitions {
        for stage in &definition.stages {
            for (region, zone, target) in stage.targets() {
                let spot = Spot {
                    service: definition.service.clone(),
                    stage: stage.name.clone(),
                    phase: stage.phase,
                    region: region.name.clone(),
                    zone: zone.name.clone(),
                    target: target.clone(),
                };
                spots.entry(target.clone()).or_insert(spot);
            }
        }
    }
    spots.into_values().collect()
}

impl Fleet {
    /// Starts a process for every target and waits until all of them listen.
    pub(super) async fn start(
        place: &Place,
        loaded: &Loaded,
        program: &Path,
    ) -> Result<Self, DemoError> {
        let mut processes = Vec::new();
        let mut waiting = Vec::new();
        for spot in spots(loaded) {
            let directory = place.targets().join(spot.target.as_str());
            let (child, output) = launch(program, &spot.target, &directory)?;
            processes.push(child);
            waiting.push((spot, directory, output));
        }
        let mut stations = Vec::new();
        for (spot, directory, output) in waiting {
            let address = ready(&spot.target, output).await?;
            stations.push(Station {
                spot,
                address,
                directory,
            });
        }
        Ok(Self {
            stations,
            processes,
        })
    }

    /// Ends every target: politely, and then for certain.
    pub(super) async fn stop(&mut self) {
        for process in &mut self.processes {
            drop(process.stdin.take());
        }
        for process in &mut self.processes {
            if timeout(END, process.wait()).await.is_err()
                && let Err(error) = process.kill().await
            {
                tracing::warn!(%error, "a target did not end");
            }
        }
    }
}

type Output = tokio::io::Lines<BufReader<tokio::process::ChildStdout>>;

fn launch(
    program: &Path,
    target: &TargetName,
    directory: &Path,
) -> Result<(Child, Output), DemoError> {
    let failed = |source| DemoError::Launch {
        target: target.clone(),
        source,
    };
    std::fs::create_dir(directory).map_err(failed)?;
    let errors = std::fs::File::create(directory.join("errors")).map_err(failed)?;
    let mut child = Command::new(program)
        .args(["demo-target", "--name", target.as_str(), "--directory"])
        .arg(directory)
        .env_clear()
        // Signals from the keyboard are for the demo, which ends its targets in order.
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(errors)
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)?;
    let output = child.stdout.take();
    let output = output.ok_or_else(|| failed(std::io::Error::other("no standard output")))?;
    Ok((child, BufReader::new(output).lines()))
}

/// Waits for the line in which a target says where it listens.
async fn ready(target: &TargetName, mut output: Output) -> Result<String, DemoError> {
    let failed = |source| DemoError::Launch {
        target: target.clone(),
        source,
    };
    let line = timeout(START, output.next_line()).await;
    let line = line.map_err(|late| failed(late.into()))?.map_err(failed)?;
    let address = line.as_deref().and_then(|line| line.strip_prefix("ready "));
    address
        .map(ToOwned::to_owned)
        .ok_or_else(|| failed(std::io::Error::other("it ended before it was ready")))
}

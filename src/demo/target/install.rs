//! A deployment onto a target, as the target carries it out: turn down what is late, go out of
//! rotation, check the package against its digest, run it, come back.

use crate::{
    clock,
    demo::target::{Event, Layer, LogError, Package, Record, state::Target},
    model::{Digest, EffectId, PipelineName, ReleaseId},
};
use serde::{Deserialize, Serialize};
use std::{path::PathBuf, time::Duration};

/// What a deployment asks of a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstallRequest {
    pub pipeline: PipelineName,
    pub layer: Layer,
    pub effect: EffectId,
    pub epoch: u64,
    pub release: ReleaseId,
    pub digest: Digest,
    pub package: PathBuf,
    pub rollback: bool,
}

/// What the target says to it, in words for the step's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstallReply {
    pub text: String,
}

pub(super) async fn install(
    target: &Target,
    request: InstallRequest,
) -> Result<InstallReply, InstallReply> {
    let name = target.name();
    fence(target, &request)?;
    if target.has_done(&request.effect) {
        write_down(target, &request, Event::Repeated)?;
        let text = format!("{name} has carried out {} before", request.effect);
        return Ok(InstallReply { text });
    }
    write_down(target, &request, Event::Asked)?;
    let _turn = target.turn.lock().await;
    fence(target, &request)?;
    write_down(target, &request, Event::Started)?;
    target.set_out(true);
    let put = put(target, &request).await;
    target.set_out(false);
    if let Err(why) = put {
        let text = format!("{name} keeps what it runs: {why}");
        write_down(target, &request, Event::Broken { why })?;
        return Err(InstallReply { text });
    }
    write_down(target, &request, Event::Finished)?;
    let text = format!("{name} runs {} of {}", request.release, request.pipeline);
    Ok(InstallReply { text })
}

/// Turns down a deployment that a later one of the same pipeline has overtaken.
fn fence(target: &Target, request: &InstallRequest) -> Result<(), InstallReply> {
    let seen = target.epoch(&request.pipeline);
    if request.epoch >= seen {
        return Ok(());
    }
    write_down(target, request, Event::TurnedDown { seen })?;
    let text = format!(
        "{} turns {} down: its epoch {} is older than {seen}, which was seen here",
        target.name(),
        request.effect,
        request.epoch,
    );
    Err(InstallReply { text })
}

/// Copies the package, checks that it is the one that was built, and runs it.
async fn put(target: &Target, request: &InstallRequest) -> Result<(), String> {
    let from = &request.package;
    let cannot = |error: std::io::Error| format!("cannot read {}: {error}", from.display());
    let bytes = tokio::fs::read(from).await.map_err(cannot)?;
    let digest = Digest::of(&bytes);
    if digest != request.digest {
        return Err(format!(
            "{} has digest {digest}, announced was {}",
            from.display(),
            request.digest
        ));
    }
    // Unpacking and starting take a moment, a different one on every target.
    tokio::time::sleep(Duration::from_millis(takes(target.name()))).await;
    let to = target.package_file(request.layer);
    let text = String::from_utf8_lossy(&bytes);
    tokio::fs::write(&to, &bytes)
        .await
        .map_err(|error| format!("cannot write {}: {error}", to.display()))?;
    target.hold(request.layer, Package::parse(&text));
    Ok(())
}

/// Between 150 and 300 milliseconds, always the same for one target.
fn takes(name: &str) -> u64 {
    150 + name.bytes().map(u64::from).sum::<u64>() * 37 % 150
}

fn write_down(target: &Target, request: &InstallRequest, event: Event) -> Result<(), InstallReply> {
    let record = Record {
        at: clock::now(),
        target: target.name().to_owned(),
        pipeline: request.pipeline.clone(),
        effect: request.effect.clone(),
        epoch: request.epoch,
        release: request.release,
        digest: request.digest.clone(),
        rollback: request.rollback,
        event,
    };
    target
        .write_down(&record)
        .map_err(|error: LogError| InstallReply {
            text: error.to_string(),
        })
}

//! What the demo's health checks and integration tests call, as there is no curl on a fresh machine:
//! asks targets for pages and says which answer was not a good one.

use crate::{
    clock::Stopwatch,
    demo::target::{self, NoAddress, OUT_OF_ROTATION},
    http,
    model::{PipelineName, ReleaseId, Span},
};
use std::{collections::BTreeMap, path::PathBuf, time::Duration};

/// How long a target may be out for the deployment of another pipeline.
const PATIENCE: Span = Span::seconds(10);

/// Arguments of the hidden subcommand `demo-probe`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The folder in which every target has its own.
    #[arg(long)]
    pub targets: PathBuf,
    /// Pages that must be answered with a status below 400.
    #[arg(long = "get")]
    pub pages: Vec<String>,
    /// The targets to ask must run this release of this pipeline, given as `PIPELINE=RELEASE`.
    #[arg(long)]
    pub runs: Option<String>,
    /// The targets to ask.
    #[arg(required = true)]
    pub names: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    #[error(transparent)]
    Address(#[from] NoAddress),
    #[error("cannot make an HTTP client")]
    Client(#[source] reqwest::Error),
    #[error("cannot read {url}")]
    Get {
        url: String,
        #[source]
        source: reqwest::Error,
    },
    #[error("{target} answers {page} with {status}")]
    Status {
        target: String,
        page: String,
        status: u16,
    },
    #[error("{0:?} is not of the form PIPELINE=RELEASE")]
    Runs(String),
    #[error("{target} runs {} of {pipeline}, not {wanted}", found.map_or("nothing".to_owned(), |r| r.to_string()))]
    OtherRelease {
        target: String,
        pipeline: PipelineName,
        found: Option<ReleaseId>,
        wanted: ReleaseId,
    },
}

/// Asks every target for every page and gives how many answers were good.
///
/// # Errors
/// The first answer that was not.
pub async fn run(args: Args) -> Result<usize, ProbeError> {
    let client = http::local(None).map_err(ProbeError::Client)?;
    let runs = args.runs.as_deref().map(parse_runs).transpose()?;
    let mut n_good = 0;
    for target in &args.names {
        let address = target::address(&args.targets, target)?;
        if let Some((pipeline, wanted)) = &runs {
            let response = get(&client, &address, "/installed").await?;
            let url = response.url().to_string();
            let installed = response.json::<BTreeMap<PipelineName, ReleaseId>>().await;
            let installed = installed.map_err(|source| ProbeError::Get { url, source })?;
            let found = installed.get(pipeline).copied();
            if found != Some(*wanted) {
                return Err(ProbeError::OtherRelease {
                    target: target.clone(),
                    pipeline: pipeline.clone(),
                    found,
                    wanted: *wanted,
                });
            }
            n_good += 1;
        }
        for page in &args.pages {
            let status = get(&client, &address, page).await?.status();
            if status.as_u16() >= 400 {
                return Err(ProbeError::Status {
                    target: target.clone(),
                    page: page.clone(),
                    status: status.as_u16(),
                });
            }
            n_good += 1;
        }
    }
    Ok(n_good)
}

fn parse_runs(text: &str) -> Result<(PipelineName, ReleaseId), ProbeError> {
    let parts = text.split_once('=');
    parts
        .and_then(|(pipeline, release)| Some((pipeline.parse().ok()?, release.parse().ok()?)))
        .ok_or_else(|| ProbeError::Runs(text.to_owned()))
}

/// Reads a page. A target has several pipelines: while another one deploys to it, it is waited for.
async fn get(
    client: &reqwest::Client,
    address: &str,
    page: &str,
) -> Result<reqwest::Response, ProbeError> {
    let url = format!("http://{address}{page}");
    let watch = Stopwatch::start();
    loop {
        let sent = client.get(&url).send().await;
        let response = sent.map_err(|source| ProbeError::Get {
            url: url.clone(),
            source,
        })?;
        let is_out = response.headers().contains_key(OUT_OF_ROTATION);
        if !is_out || watch.elapsed() > PATIENCE {
            return Ok(response);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

//! Pipelines as code: the TOML files of one directory, read, inherited and checked to
//! [`Definition`]s. Every problem is reported at once, each with its place. It reads files when
//! asked and knows no engine: what a definition means is `crate::model`.

// Which file does what, from the bottom up: `node` and `files` read, `inherit` merges, `fields`,
// `readable`, `words` and `defaults` ask for single values, `opening` judges windows, `loosening`,
// `protected` and `difference` hold two definitions side by side, the rest each build one table;
// `reading` does all of it in order, and `schema`
// finds out what can be written.
mod access;
mod alarm_source;
mod anomalies;
mod approval;
mod calendar;
mod command;
mod defaults;
mod difference;
mod explained;
mod fields;
mod files;
mod inherit;
mod loosening;
mod node;
mod on_call;
mod opening;
mod organization;
mod pipeline;
mod problem;
mod protected;
mod readable;
mod reading;
mod route;
mod schema;
mod shape;
mod source;
mod stage;
mod strategy;
mod suggest;
mod watching;
mod webhook;
mod words;

pub use difference::Comparison;
pub use explained::Explained;
pub use files::Texts;
pub use problem::{Place, Problem, Problems};
pub use schema::{organization_schema, schema};
#[cfg(test)]
pub(crate) use words::split;
pub use words::time_zone;

use crate::model::{
    AccessRule, Actor, Calendar, Definition, GroupName, PipelineName, Rota, Route, Span, TeamName,
    Time,
};
use reading::Read;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// What a directory defines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// Where the files are, and where steps run.
    pub directory: PathBuf,
    /// What the files say, to tell later what a change of them changes.
    pub texts: Texts,
    /// By pipeline name.
    pub definitions: Vec<Definition>,
    /// The day around which recurring events of calendars were expanded.
    pub today: Time,
    /// From `organization.toml`.
    pub groups: BTreeMap<GroupName, Vec<Actor>>,
    /// Within how long after a stop of the whole line its pipelines begin again.
    pub drain: Span,
    /// Who is on call for the pipelines of each team.
    pub rotas: BTreeMap<TeamName, Rota>,
    /// On which ways people are told, from there too.
    pub routes: Vec<Route>,
    /// What those may do who come over the socket, from there too; none written is none asked for.
    pub access: Vec<AccessRule>,
    /// What is allowed but probably not meant.
    pub warnings: Vec<Problem>,
}

/// Why there is nothing to explain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExplainError {
    #[error(transparent)]
    Problems(#[from] Problems),
    #[error("there is no pipeline {name}{hint}")]
    UnknownPipeline { name: PipelineName, hint: String },
}

/// Reads every definition of a directory. Recurring events of calendars are expanded around
/// `today`.
///
/// # Errors
/// Everything that is wrong, in the order of files and lines.
pub fn load(directory: &Path, today: Time) -> Result<Loaded, Problems> {
    let (texts, problems) = files::texts(directory);
    loaded(directory, texts, today, problems)
}

/// Reads texts as if they were the files of a directory.
///
/// # Errors
/// As [`load`].
pub fn load_texts(directory: &Path, texts: Texts, today: Time) -> Result<Loaded, Problems> {
    loaded(directory, texts, today, Vec::new())
}

fn loaded(
    directory: &Path,
    texts: Texts,
    today: Time,
    problems: Vec<Problem>,
) -> Result<Loaded, Problems> {
    let read = Read::texts(directory, (&texts, today), problems)?;
    let definitions = read.pipelines.into_iter();
    Ok(Loaded {
        directory: directory.to_owned(),
        texts,
        today,
        definitions: definitions.map(|(definition, _)| definition).collect(),
        groups: read.organization.groups,
        drain: read.organization.drain,
        rotas: rotas(read.organization.rotas),
        routes: read.organization.routes,
        access: read.organization.access,
        warnings: read.warnings,
    })
}

fn rotas(rotas: on_call::Rotas) -> BTreeMap<TeamName, Rota> {
    let rotas = rotas.into_iter();
    rotas.map(|(team, at)| (team, at.value)).collect()
}

/// Every effective value of one pipeline, in the order in which it is read.
///
/// # Errors
/// As [`load`], or when there is no such pipeline.
pub fn explain(
    directory: &Path,
    pipeline: &PipelineName,
    today: Time,
) -> Result<Vec<Explained>, ExplainError> {
    let (texts, problems) = files::texts(directory);
    let read = Read::texts(directory, (&texts, today), problems)?;
    explained(read, pipeline)
}

/// Every effective value of one pipeline, from texts that were read before.
///
/// # Errors
/// As [`explain`].
pub fn explain_texts(
    directory: &Path,
    dated: Dated<'_>,
    pipeline: &PipelineName,
) -> Result<Vec<Explained>, ExplainError> {
    explained(Read::texts(directory, dated, Vec::new())?, pipeline)
}

fn explained(read: Read, pipeline: &PipelineName) -> Result<Vec<Explained>, ExplainError> {
    let mut names = Vec::new();
    for (definition, explained) in read.pipelines {
        if definition.name == *pipeline {
            return Ok(explained.into_iter().map(Explained::from).collect());
        }
        names.push(definition.name);
    }
    Err(ExplainError::UnknownPipeline {
        name: pipeline.clone(),
        hint: suggest::hint(pipeline.as_str(), names.iter().map(PipelineName::as_str)),
    })
}

/// Texts, and the day around which recurring events of their calendars are expanded.
pub type Dated<'a> = (&'a Texts, Time);

/// What the pipelines and groups of a directory become when its texts change. Texts that were
/// right when they were taken over count as they do now.
///
/// # Errors
/// Everything that is wrong with the new texts.
pub fn compare(directory: &Path, old: Dated<'_>, new: Dated<'_>) -> Result<Comparison, Problems> {
    let new = Read::texts(directory, new, Vec::new())?;
    let old = Read::texts(directory, old, Vec::new()).unwrap_or_default();
    Ok(Comparison::of(old, new))
}

/// Reads one calendar, which need not belong to any definition.
///
/// # Errors
/// Everything that keeps it from being read for certain.
pub fn calendar(path: &Path, today: Time) -> Result<Calendar, Problems> {
    let file = path.display().to_string();
    let wrong = |wrong| Problems(calendar::problems(&file, wrong));
    let text = files::text(path).map_err(|why| wrong(vec![(1, why)]))?;
    calendar::calendar(&file, &text, today.utc().date_naive()).map_err(wrong)
}

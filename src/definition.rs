//! Pipelines as code: the TOML files of one directory, read, inherited and checked to
//! [`Definition`]s. Every problem is reported at once, each with its place. It reads files when
//! asked and knows no engine: what a definition means is `crate::model`.

// Which file does what, from the bottom up: `node` and `files` read, `inherit` merges, `fields`,
// `readable`, `words` and `defaults` ask for single values, `opening` judges windows, the rest each
// build one table.
mod approval;
mod defaults;
mod fields;
mod files;
mod inherit;
mod node;
mod opening;
mod organization;
mod pipeline;
mod problem;
mod readable;
mod source;
mod stage;
mod suggest;
mod watching;
mod words;

pub use problem::{Place, Problem, Problems};
#[cfg(test)]
pub(crate) use words::split;
pub use words::time_zone;

use crate::model::{Actor, Definition, GroupName, PipelineName, Span};
use fields::Report;
use node::Table;
use organization::Organization;
use std::{collections::BTreeMap, fmt, fs, path::Path};

/// What a directory defines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// By pipeline name.
    pub definitions: Vec<Definition>,
    /// From `organization.toml`.
    pub groups: BTreeMap<GroupName, Vec<Actor>>,
    /// Within how long after a stop of the whole line its pipelines begin again.
    pub drain: Span,
    /// What is allowed but probably not meant.
    pub warnings: Vec<Problem>,
}

/// One effective value and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// `stage.gamma.deploy.timeout`.
    pub path: String,
    /// As TOML would write it.
    pub value: String,
    /// None for a default.
    pub place: Option<Place>,
}

/// Why there is nothing to explain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExplainError {
    #[error(transparent)]
    Problems(#[from] Problems),
    #[error("there is no pipeline {name}{hint}")]
    UnknownPipeline { name: PipelineName, hint: String },
}

/// Reads every definition of a directory.
///
/// # Errors
/// Everything that is wrong, in the order of files and lines.
pub fn load(directory: &Path) -> Result<Loaded, Problems> {
    let read = read(directory)?;
    let definitions = read.pipelines.into_iter();
    Ok(Loaded {
        definitions: definitions.map(|(definition, _)| definition).collect(),
        groups: read.organization.groups,
        drain: read.organization.drain,
        warnings: read.warnings,
    })
}

/// Every effective value of one pipeline, in the order in which it is read.
///
/// # Errors
/// As [`load`], or when there is no such pipeline.
pub fn explain(directory: &Path, pipeline: &PipelineName) -> Result<Vec<Explained>, ExplainError> {
    let read = read(directory)?;
    let mut names = Vec::new();
    for (definition, explained) in read.pipelines {
        if definition.name == *pipeline {
            return Ok(explained);
        }
        names.push(definition.name);
    }
    Err(ExplainError::UnknownPipeline {
        name: pipeline.clone(),
        hint: suggest::hint(pipeline.as_str(), names.iter().map(PipelineName::as_str)),
    })
}

struct Read {
    pipelines: Vec<(Definition, Vec<Explained>)>,
    organization: Organization,
    warnings: Vec<Problem>,
}

fn read(directory: &Path) -> Result<Read, Problems> {
    let report = Report::default();
    let mut problems = Vec::new();
    let files = files::read(directory, &mut problems);
    let nothing = Table::default();
    let organization = organization::organization(
        files.organization.as_ref().unwrap_or(&nothing),
        files::start(files::ORGANIZATION),
        &report,
    );
    let organization_is_whole = report.problems.borrow().is_empty() && !files.incomplete;
    let known = organization_is_whole.then_some(&organization);
    report.explained.take();

    // Steps run in the directory, wherever the server happens to have been started.
    let absolute = fs::canonicalize(directory).unwrap_or_else(|_missing| directory.to_owned());
    let mut pipelines = Vec::new();
    for files::Pipeline { file, whole } in files.pipelines(&mut problems) {
        report.partial.set(!whole);
        let definition = pipeline::definition(&file, &absolute, known, &report);
        let explained = report.explained.take();
        pipelines.extend(definition.map(|definition| (definition, explained)));
    }
    problems.extend(report.problems.take());
    let read = Read {
        pipelines,
        organization,
        warnings: in_order(report.warnings.take()),
    };
    // A value that several children inherit is reported once.
    let problems = in_order(problems);
    if !problems.is_empty() {
        return Err(Problems(problems));
    }
    if read.pipelines.is_empty() {
        let what = "every definition in it is abstract; add one that extends them";
        return Err(Problems(vec![Problem::of_directory(directory, what)]));
    }
    Ok(read)
}

fn in_order(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_unstable();
    problems.dedup();
    problems
}

/// `path = value  # where`, as `explain` prints it.
impl fmt::Display for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.path, self.value)?;
        match &self.place {
            Some(place) => write!(f, "  # {}:{}", place.file, place.line),
            None => f.write_str("  # default"),
        }
    }
}

//! From the texts of a directory to everything they say: the one place that goes through all steps
//! in order. What each step does is in its own file.

use crate::{
    definition::{
        Dated, Problem, Problems,
        calendar::Shelf,
        explained::Line,
        fields::Report,
        files::{self, Files},
        node::Table,
        on_call,
        organization::{self, Organization},
        pipeline,
        protected::{self, Generation},
    },
    model::Definition,
};
use std::{collections::BTreeMap, fs, path::Path};

/// Everything that texts say.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub(crate) pipelines: Vec<(Definition, Vec<Line>)>,
    pub(crate) organization: Organization,
    pub(crate) organization_lines: Vec<Line>,
    pub(crate) warnings: Vec<Problem>,
}

impl Read {
    /// Reads the texts of a directory, of which some may be missing with a problem.
    pub(crate) fn texts(
        directory: &Path,
        (texts, today): Dated<'_>,
        mut problems: Vec<Problem>,
    ) -> Result<Self, Problems> {
        let report = Report::default();
        let files = Files::parse(texts, &mut problems);
        let nothing = Table::default();
        let organization = organization::organization(
            files.organization.as_ref().unwrap_or(&nothing),
            files::start(files::ORGANIZATION),
            &report,
        );
        // Of a file that cannot be read nobody knows which it is.
        let is_there = files.organization.is_some() || !files.incomplete;
        let organization_is_whole = report.problems.borrow().is_empty() && is_there;
        let organization_lines = report.explained.take();

        // Steps run in the directory, wherever the server happens to have been started.
        let absolute = fs::canonicalize(directory).unwrap_or_else(|_missing| directory.to_owned());
        let reader = Reader {
            shelf: &Shelf::new(texts, today),
            files: &files,
            directory: &absolute,
            organization: organization_is_whole.then_some(&organization),
            report: &report,
        };
        let pipelines = reader.pipelines(&mut problems);
        let definitions = pipelines.iter().map(|(definition, _)| definition);
        on_call::judge(&organization.rotas, definitions, &report);
        problems.extend(report.problems.take());
        // A value that several children inherit is reported once.
        let problems = in_order(problems);
        if !problems.is_empty() {
            return Err(Problems(problems));
        }
        if pipelines.is_empty() {
            let what = "every definition in it is abstract; add one that extends them";
            return Err(Problems(vec![Problem::of_directory(directory, what)]));
        }
        Ok(Self {
            pipelines,
            organization,
            organization_lines,
            warnings: in_order(report.warnings.take()),
        })
    }
}

struct Reader<'a> {
    shelf: &'a Shelf<'a>,
    files: &'a Files,
    directory: &'a Path,
    organization: Option<&'a Organization>,
    report: &'a Report,
}

impl Reader<'_> {
    fn pipelines(&self, problems: &mut Vec<Problem>) -> Vec<(Definition, Vec<Line>)> {
        let mut pipelines = Vec::new();
        let mut generations = BTreeMap::new();
        for files::Pipeline { file, whole } in self.files.pipelines(problems) {
            self.report.partial.set(!whole);
            let definition = self.definition(&file, self.organization, self.report);
            let mut lines = self.report.explained.take();
            if whole {
                self.protect(&file.name, &mut lines, &mut generations);
                pipelines.extend(definition.map(|definition| (definition, lines)));
            }
        }
        pipelines
    }

    fn definition(
        &self,
        file: &files::File,
        organization: Option<&Organization>,
        report: &Report,
    ) -> Option<Definition> {
        pipeline::definition(file, (self.directory, self.shelf), organization, report)
    }

    /// Holds a pipeline against what its parents protect, each of which is read once.
    fn protect(&self, name: &str, lines: &mut [Line], known: &mut BTreeMap<String, Generation>) {
        let line = self.files.line(name);
        let protects = |(file, _): &(&files::File, _)| !protected::topics(&file.table).is_empty();
        if !line.iter().any(protects) {
            return;
        }
        let names: Vec<&str> = line.iter().map(|(file, _)| file.name.as_str()).collect();
        for (file, table) in line {
            known.entry(file.name.clone()).or_insert_with(|| {
                let effective = files::File {
                    table,
                    ..file.clone()
                };
                self.generation(file, &effective)
            });
        }
        let line = names.into_iter().filter_map(|name| known.get(name));
        let guarded = protected::judge(line, self.report);
        for line in lines {
            line.protected = guarded.get(&line.path).cloned();
        }
    }

    /// Reads a file for its values only; what is wrong with it is said elsewhere.
    fn generation(&self, file: &files::File, effective: &files::File) -> Generation {
        let aside = Report::default();
        aside.partial.set(true);
        let _unused = self.definition(effective, None, &aside);
        Generation {
            place: file.place.clone(),
            protects: protected::topics(&file.table),
            lines: aside.explained.take(),
        }
    }
}

fn in_order(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_unstable();
    problems.dedup();
    problems
}

//! A plan as text: what a person reads before saying yes.

use crate::{
    cli::{failure::Failure, output},
    model::{Plan, Span},
};

pub(crate) fn show(plan: &Plan, json: bool) -> Result<(), Failure> {
    if json {
        return output::json(plan);
    }
    in_words(plan)
        .iter()
        .try_for_each(|line| output::line(line))
}

pub(crate) fn in_words(plan: &Plan) -> Vec<String> {
    let mut lines = vec![plan.title.clone()];
    lines.extend(plan.facts.iter().map(|fact| {
        let (label, sign) = (fact.topic.word(), fact.speaks.sign());
        format!("  {label:<8} {sign}{}", fact.text)
    }));
    if !plan.rows.is_empty() {
        let header = ["STAGE", "NOW", "AFTER", "TARGETS", "TAKES", "NOTE"];
        let mut rows = vec![header.map(str::to_owned).to_vec()];
        rows.extend(plan.rows.iter().map(|row| {
            let takes = row.estimate.map_or("-".to_owned(), Span::short);
            vec![
                row.stage.to_string(),
                row.now.clone(),
                row.after.clone(),
                row.targets.to_string(),
                takes,
                row.note.clone(),
            ]
        }));
        lines.extend(
            output::table(&rows)
                .into_iter()
                .map(|row| format!("  {row}")),
        );
    }
    lines.extend(plan.target_lines().iter().map(|line| format!("  {line}")));
    lines.extend(plan.notes.iter().map(|note| format!("note: {note}")));
    lines.extend(
        plan.warnings
            .iter()
            .map(|warning| format!("WARNING: {warning}")),
    );
    lines.push(format!("digest: {}", plan.digest));
    let twin = plan
        .command
        .twin(plan.pipeline.as_ref(), Some(&plan.digest));
    lines.push(format!("to do it: {twin} --yes"));
    lines
}

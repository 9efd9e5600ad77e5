//! A report as comma-separated values: one line per pipeline and one for all, times in whole
//! seconds and shares in millionths, so that a sheet can count with them.

use crate::model::{DeliveryReport, Figures, Ppm, Span};

const COLUMNS: [&str; 21] = [
    "pipeline",
    "owner",
    "days",
    "deployments",
    "shipped",
    "changes",
    "lead_p50_s",
    "lead_p90_s",
    "change_failure_ppm",
    "restore_p50_s",
    "approval_p50_s",
    "approval_p90_s",
    "blocked_window_ppm",
    "blocked_alarm_ppm",
    "blocked_hold_ppm",
    "overrides",
    "rollbacks_auto",
    "rollbacks_manual",
    "hands_off_ppm",
    "human_per_change_s",
    "failed",
];

impl DeliveryReport {
    /// Lines of CSV with a header; what there is no figure for is empty.
    pub fn csv(&self) -> Vec<String> {
        let owner = self.owner.as_ref().map(ToString::to_string);
        let all = ("*".to_owned(), owner.unwrap_or_default());
        let mut lines = vec![COLUMNS.join(",")];
        lines.push(self.line(all, &self.current, ""));
        lines.extend(self.pipelines.iter().map(|row| {
            let failed: Vec<String> = row.failed.iter().map(ToString::to_string).collect();
            let names = (row.pipeline.to_string(), row.owner.to_string());
            self.line(names, &row.figures, &failed.join(" "))
        }));
        lines
    }

    /// Names hold no commas and no quotes, so nothing needs quoting.
    fn line(&self, (pipeline, owner): (String, String), figures: &Figures, failed: &str) -> String {
        let span = |span: Option<Span>| span.map_or(String::new(), |s| (s.0 / 1_000).to_string());
        let share = |share: Option<Ppm>| share.map_or(String::new(), |ppm| ppm.0.to_string());
        let (lead, approval) = (figures.lead, figures.approval);
        [
            pipeline,
            owner,
            self.days.to_string(),
            figures.deployments.to_string(),
            figures.shipped.to_string(),
            figures.changes.to_string(),
            span(lead.map(|lead| lead.p50)),
            span(lead.map(|lead| lead.p90)),
            share(figures.change_failure),
            span(figures.restore),
            span(approval.map(|approval| approval.p50)),
            span(approval.map(|approval| approval.p90)),
            share(figures.blocked_window),
            share(figures.blocked_alarm),
            share(figures.blocked_hold),
            figures.overrides.to_string(),
            figures.rollbacks_auto.to_string(),
            figures.rollbacks_manual.to_string(),
            share(figures.hands_off),
            span(figures.human_per_change),
            failed.to_owned(),
        ]
        .join(",")
    }
}

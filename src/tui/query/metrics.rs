//! The delivery figures as rows: each with what it was in the window before and whether it is over
//! what is commonly aimed for. The numbers are the server's.

use crate::model::{DeliveryReport, Figures, Ppm, Span, Spread};

/// One figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureRow {
    pub name: &'static str,
    pub now: String,
    pub before: String,
    /// What is aimed for, where anything is.
    pub target: &'static str,
    pub is_over: bool,
}

/// What is aimed for: lead time, share of failed changes, time to restore, wait for approval.
const LEAD_MOST: Span = Span::hours(24);
const FAILURE_MOST: Ppm = Ppm(50_000);
const RESTORE_MOST: Span = Span::minutes(30);
const APPROVAL_MOST: Span = Span::hours(1);

pub fn figure_rows(report: &DeliveryReport) -> Vec<FigureRow> {
    let (now, before) = (&report.current, &report.previous);
    let row = |name, text: fn(&Figures) -> String| FigureRow {
        name,
        now: text(now),
        before: text(before),
        target: "",
        is_over: false,
    };
    let aimed = |row: FigureRow, target, is_over| FigureRow {
        target,
        is_over,
        ..row
    };
    let middle_over = |spread: Option<Spread>, most| spread.is_some_and(|s| s.p50 > most);
    vec![
        row("deployments", |f| f.deployments.to_string()),
        aimed(
            row("lead time p50", |f| span(f.lead.map(|s| s.p50))),
            "< 24h",
            middle_over(now.lead, LEAD_MOST),
        ),
        row("lead time p90", |f| span(f.lead.map(|s| s.p90))),
        aimed(
            row("change failure", |f| share(f.change_failure)),
            "< 5%",
            now.change_failure.is_some_and(|found| found > FAILURE_MOST),
        ),
        aimed(
            row("restore p50", |f| span(f.restore)),
            "< 30m",
            now.restore.is_some_and(|found| found > RESTORE_MOST),
        ),
        aimed(
            row("approval p50", |f| span(f.approval.map(|s| s.p50))),
            "< 1h",
            middle_over(now.approval, APPROVAL_MOST),
        ),
        row("approval p90", |f| span(f.approval.map(|s| s.p90))),
        row("blocked", |f| {
            format!(
                "window {} alarm {} hold {}",
                share(f.blocked_window),
                share(f.blocked_alarm),
                share(f.blocked_hold)
            )
        }),
        row("overrides", overrides),
        row("rollbacks", |f| {
            format!("{} auto {} by hand", f.rollbacks_auto, f.rollbacks_manual)
        }),
        row("hands-off", |f| share(f.hands_off)),
        row("human per change", |f| span(f.human_per_change)),
    ]
}

/// `7 (ana 3, li 2)`, and the blocker that was passed most.
fn overrides(figures: &Figures) -> String {
    let most = |counts: &std::collections::BTreeMap<String, u32>| {
        let mut all: Vec<(u32, String)> = counts.iter().map(|(k, n)| (*n, k.clone())).collect();
        all.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        all
    };
    if figures.overrides == 0 {
        return "0".to_owned();
    }
    let people = most(&figures.overrides_by).into_iter().take(2);
    let people: Vec<String> = people.map(|(n, by)| format!("{by} {n}")).collect();
    let rule = most(&figures.overrides_of).into_iter().next();
    let rule = rule.map_or_else(String::new, |(n, id)| format!(" {id} x{n}"));
    format!("{} ({}){rule}", figures.overrides, people.join(", "))
}

pub fn span(span: Option<Span>) -> String {
    span.map_or_else(|| "-".to_owned(), Span::short)
}

/// A share to a tenth of a percent.
pub fn share(share: Option<Ppm>) -> String {
    share.map_or_else(
        || "-".to_owned(),
        |ppm| format!("{}.{}%", ppm.0 / 10_000, ppm.0 % 10_000 / 1_000),
    )
}

//! Several notices that waited, told as one: a line for each thing they are about, and one line for
//! what began and ended meanwhile.

use crate::model::{Fingerprint, Notice, NoticeAction, NoticeKind, Severity};
use std::collections::BTreeMap;

/// Lines in one digest; what is beyond is counted.
const LINES_MOST: usize = 30;

/// One notice for several, oldest first, of which there must be at least one. `lost` more were
/// dropped because too many waited.
pub fn digest(waited: &[Notice], lost: u64) -> Option<Notice> {
    let newest = waited.last()?;
    let keys: Vec<&str> = waited.iter().map(|notice| notice.key.as_str()).collect();
    let key = format!("{}+{}", newest.key, Fingerprint::of(&keys));
    let mut stories: BTreeMap<&str, Vec<&Notice>> = BTreeMap::new();
    for notice in waited {
        stories.entry(&notice.about).or_default().push(notice);
    }
    let mut stories: Vec<Vec<&Notice>> = stories.into_values().collect();
    stories.sort_by_key(|story| {
        (
            worst(story.iter().copied()),
            story.first().map(|first| first.seq),
        )
    });
    let shown = stories.iter().take(LINES_MOST).map(|story| line(story));
    let mut details: Vec<String> = shown.collect();
    let unshown = stories.len().saturating_sub(LINES_MOST) as u64 + lost;
    if unshown > 0 {
        details.push(format!(
            "and {unshown} more: `pilothouse get tickets` has what is open"
        ));
    }
    let open = stories.iter().filter(|story| is_open(story)).count();
    let count = waited.len() as u64 + lost;
    let owner = waited.first().and_then(|first| first.owner.clone());
    let one_owner = waited.iter().all(|notice| notice.owner == owner);
    Some(Notice {
        about: key.clone(),
        key,
        seq: newest.seq,
        at: newest.at,
        kind: NoticeKind::Digest,
        action: NoticeAction::Tell,
        severity: worst(waited.iter()),
        pipeline: None,
        owner: owner.filter(|_| one_owner),
        stage: None,
        release: None,
        ticket: None,
        by: None,
        title: match open {
            0 => format!("{count} notices waited; nothing of it is open"),
            open => format!("{count} notices waited; {open} of what they are about is open"),
        },
        details,
        runbook: None,
    })
}

/// The most urgent one.
fn worst<'a>(notices: impl Iterator<Item = &'a Notice>) -> Severity {
    let severities = notices.map(|notice| notice.severity);
    severities.min().unwrap_or(Severity::Low)
}

/// Whether what a story is about had not ended when it was told last.
fn is_open(story: &[&Notice]) -> bool {
    let last = story.last().map(|last| last.action);
    matches!(
        last,
        Some(NoticeAction::Trigger | NoticeAction::Acknowledge)
    )
}

/// The newest of a story, with when it began; the whole of it is in the journal.
fn line(story: &[&Notice]) -> String {
    let (Some(first), Some(last)) = (story.first(), story.last()) else {
        return String::new();
    };
    let time = |notice: &Notice| notice.at.utc().format("%Y-%m-%d %H:%MZ").to_string();
    if first.seq == last.seq {
        format!("{} {}", time(first), first.title)
    } else {
        format!("{} to {} {}", time(first), time(last), last.title)
    }
}

//! How far something is, as a bar; the numbers always stand beside it.

/// `[####....]`, `cells` wide with its brackets. A started thing is never drawn as empty, an
/// unfinished one never as full.
pub fn bar(done: u64, total: u64, cells: usize) -> String {
    let inner = cells.saturating_sub(2);
    let size = u64::try_from(inner).unwrap_or(0);
    let share = (done.min(total) * size).checked_div(total).unwrap_or(0);
    let share = match (done, total) {
        (0, _) | (_, 0) => 0,
        _ if done >= total => size,
        _ => share.clamp(1.min(size), size.saturating_sub(1).max(1)),
    };
    let filled = usize::try_from(share).unwrap_or(inner).min(inner);
    format!("[{}{}]", "#".repeat(filled), ".".repeat(inner - filled))
}

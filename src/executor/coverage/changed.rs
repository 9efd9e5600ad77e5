//! Which lines a change added or changed, read from what `git diff --unified=0` says. The lines
//! themselves are counted and never looked at, so nothing in them can pass for a file's name.

use std::{collections::BTreeMap, ops::Range};

/// Ranges of line numbers by path, as they are after the change.
pub(crate) type Changed = BTreeMap<String, Vec<Range<u32>>>;

pub(crate) fn parse(diff: &[u8]) -> Result<Changed, String> {
    let mut changed = Changed::new();
    let mut file: Option<String> = None;
    // Lines of the hunk that are still to come.
    let mut content: u64 = 0;
    for line in diff.split(|byte| *byte == b'\n') {
        if content > 0 {
            content -= u64::from(!line.starts_with(b"\\"));
        } else if let Some(name) = line.strip_prefix(b"+++ ") {
            file = path(name);
        } else if line.starts_with(b"diff ") {
            file = None;
        } else if let Some(rest) = line.strip_prefix(b"@@ ") {
            let text = String::from_utf8_lossy(rest);
            let (removed, added) = hunk(&text).ok_or_else(|| format!("odd hunk: {text:?}"))?;
            content = u64::from(removed.end - removed.start) + u64::from(added.end - added.start);
            if let Some(file) = file.as_ref().filter(|_| !added.is_empty()) {
                changed.entry(file.clone()).or_default().push(added);
            }
        }
    }
    Ok(changed)
}

/// `-12,3 +14,2 @@`: the lines before and after.
fn hunk(text: &str) -> Option<(Range<u32>, Range<u32>)> {
    let mut words = text.split(' ');
    let before = range(words.next()?.strip_prefix('-')?)?;
    let after = range(words.next()?.strip_prefix('+')?)?;
    Some((before, after))
}

fn range(text: &str) -> Option<Range<u32>> {
    let (start, count) = text.split_once(',').unwrap_or((text, "1"));
    let (start, count): (u32, u32) = (start.parse().ok()?, count.parse().ok()?);
    Some(start..start.checked_add(count)?)
}

/// The name after `b/`; none for a file that is gone. Git quotes names with odd bytes in them, and
/// ends those with a space in them with a tab.
fn path(name: &[u8]) -> Option<String> {
    let name = match name.strip_prefix(b"\"") {
        Some(quoted) => unquoted(quoted),
        None => name.strip_suffix(b"\t").unwrap_or(name).to_vec(),
    };
    let name = name.strip_prefix(b"b/")?;
    Some(String::from_utf8_lossy(name).into_owned())
}

/// A name in C's way of quoting, up to the closing quote.
fn unquoted(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.iter().copied();
    while let Some(byte) = rest.next() {
        match byte {
            b'"' => break,
            b'\\' => match rest.next() {
                Some(digit @ b'0'..=b'3') => {
                    let lower = rest.by_ref().take(2);
                    let value = lower.fold(u32::from(digit - b'0'), |value, digit| {
                        value * 8 + u32::from(digit.saturating_sub(b'0').min(7))
                    });
                    bytes.push(u8::try_from(value).unwrap_or(b'?'));
                }
                Some(b't') => bytes.push(b'\t'),
                Some(b'n') => bytes.push(b'\n'),
                Some(other) => bytes.push(other),
                None => break,
            },
            other => bytes.push(other),
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_without_context() {
        let diff = b"diff --git a/src/a.rs b/src/a.rs\nindex 1..2 100644\n--- a/src/a.rs\n+++ b/src/a.rs\n@@ -3,2 +3 @@ fn main() {\n-old\n-old\n+++ b/not-a-file\n@@ -9,0 +9,3 @@\n+x\n+y\n+z\n\\ No newline at end of file\ndiff --git a/gone b/gone\n--- a/gone\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\ndiff --git \"a/\\303\\274 \\\".rs\" \"b/\\303\\274 \\\".rs\"\n--- /dev/null\n+++ \"b/\\303\\274 \\\".rs\"\n@@ -0,0 +1 @@\n+n\ndiff --git a/pic b/pic\nBinary files a/pic and b/pic differ\n";
        let changed = parse(diff).unwrap();
        let told: Vec<String> = changed
            .iter()
            .map(|(path, lines)| format!("{path} {lines:?}"))
            .collect();
        assert_eq!(told, ["src/a.rs [3..4, 9..12]", "ü \".rs [1..2]"]);
        assert!(parse(b"+++ b/a\n@@ nonsense @@\n").is_err());
        assert!(parse(b"").unwrap().is_empty());
    }
}

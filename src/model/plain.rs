//! What a text may hold that is not seen and acts all the same: on a terminal, on the letters beside
//! it, on the reader's eye. There is one set of it for screens, lines, logs, notices and reasons; what
//! takes its place is each one's own.

/// Controls, direction switches, joiners, selectors, tags and blanks without width.
pub fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// A text as one line of at most so many characters, without what a terminal, a header or a reader's
/// eye could be fooled by.
pub fn plain(text: &str, most: usize) -> String {
    let mut kept = String::new();
    let mut count = 0;
    for letter in text.chars() {
        let letter = match letter {
            breaks if breaks.is_control() || matches!(breaks, '\u{2028}' | '\u{2029}') => ' ',
            unseen if is_unseen(unseen) => continue,
            seen => seen,
        };
        count += 1;
        if count > most {
            kept.pop();
            kept.push('…');
            break;
        }
        kept.push(letter);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_unseen_is_left() {
        for (text, most, expected) in [
            ("as it is", 8, "as it is"),
            ("as it is", 7, "as it …"),
            ("a\u{1b}[31mb\r\nc\u{2028}d", 20, "a [31mb  c d"),
            ("\u{202e}gnp.exe\u{2066}\u{200b}\u{feff}", 20, "gnp.exe"),
            ("\u{e0041}\u{ad}\u{180e}\u{3164}\u{fffa}x\u{fe0f}", 20, "x"),
            ("żółw 龜 ü", 20, "żółw 龜 ü"),
        ] {
            assert_eq!(plain(text, most), expected, "{text:?}");
        }
    }
}

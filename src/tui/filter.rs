//! What is typed after `/` on a list: words that must all match. `!word` excludes, `~word` finds its
//! letters in order with others between, `st:` and `own:` (and what else a list names) ask about one
//! field. Read once, asked for every row; case does not matter, and nothing is copied to compare.

/// A filter that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    words: Vec<Word>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Word {
    wanted: bool,
    /// The field before the colon, when the list has one of this name.
    field: Option<&'static str>,
    way: Way,
    text: String,
}

/// How a word is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Part,
    Letters,
}

/// One text of a row, with the name by which a filter may ask for it alone.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    pub name: &'static str,
    pub text: &'a str,
}

impl Filter {
    /// Reads a filter for rows that have these named fields.
    pub fn parse(text: &str, fields: &[&'static str]) -> Self {
        let words = text.split_whitespace().filter_map(|word| {
            let (wanted, word) = match word.strip_prefix('!') {
                Some(rest) => (false, rest),
                None => (true, word),
            };
            let (way, word) = match word.strip_prefix('~') {
                Some(rest) => (Way::Letters, rest),
                None => (Way::Part, word),
            };
            let named = word.split_once(':').and_then(|(name, rest)| {
                let field = fields.iter().find(|field| **field == name)?;
                Some((*field, rest))
            });
            let (field, text) = match named {
                Some((field, rest)) => (Some(field), rest),
                None => (None, word),
            };
            let text = text.to_lowercase();
            (!text.is_empty()).then_some(Word {
                wanted,
                field,
                way,
                text,
            })
        });
        Self {
            words: words.collect(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether a row passes: every word is in one of its fields, or in none where it excludes.
    pub fn matches(&self, fields: &[Field<'_>]) -> bool {
        self.words.iter().all(|word| {
            let mut asked = fields
                .iter()
                .filter(|field| word.field.is_none_or(|name| name == field.name));
            word.wanted == asked.any(|field| word.is_in(field.text))
        })
    }
}

impl Word {
    fn is_in(&self, text: &str) -> bool {
        match self.way {
            Way::Part => contains(text, &self.text),
            Way::Letters => has_letters(text, &self.text),
        }
    }
}

/// Whether `part`, which is in lower case, is in the text in any case.
fn contains(text: &str, part: &str) -> bool {
    if text.is_ascii() && part.is_ascii() {
        let mut windows = text.as_bytes().windows(part.len());
        return windows.any(|window| window.eq_ignore_ascii_case(part.as_bytes()));
    }
    text.to_lowercase().contains(part)
}

/// Whether the letters, which are in lower case, come in the text in this order.
fn has_letters(text: &str, letters: &str) -> bool {
    let mut left = letters.chars().peekable();
    for letter in text.chars().flat_map(char::to_lowercase) {
        if left.peek() == Some(&letter) {
            left.next();
        }
    }
    left.peek().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_must_match() {
        let fields = ["st", "own"];
        let row = [
            ("", "payments-api"),
            ("own", "Pay-Core"),
            ("st", "no-data"),
            ("", "window TW-us-peak, Z\u{fc}rich"),
        ];
        let row = row.map(|(name, text)| Field { name, text });
        for (filter, passes) in [
            ("", true),
            ("   ", true),
            ("pay", true),
            ("PAY api", true),
            ("pay nothing", false),
            ("!pay", false),
            ("!nothing", true),
            ("!", true),
            ("!~", true),
            ("~pyapi", true),
            ("~PAPI", true),
            ("~iyp", false),
            ("!~pyapi", false),
            ("st:no", true),
            ("st:no-data", true),
            ("st:payments", false),
            ("!st:ok", true),
            ("!st:no-data", false),
            ("own:pay", true),
            ("own:us", false),
            ("own:~pcr", false),
            ("~own:pcr", true),
            ("own:", true),
            ("owner:pay", false),
            ("tw-us", true),
            ("Z\u{dc}RICH", true),
            ("api own:core !st:ok ~tusp", true),
        ] {
            let read = Filter::parse(filter, &fields);
            assert_eq!(read.matches(&row), passes, "{filter:?}");
        }
    }

    #[test]
    fn a_word_with_a_colon_that_is_no_field_is_a_word() {
        let read = Filter::parse("alarm:p99", &["st"]);
        let text = "alarm:p99 fires";
        assert!(read.matches(&[Field { name: "", text }]));
    }
}

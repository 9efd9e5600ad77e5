//! A scheme of the base16 family as a theme of ours: a well-known set of sixteen colours, of which we
//! use five. Its files are YAML of the simplest kind, `base08: "fb4934"` on a line each, so that no
//! YAML is read here. Once, to start from: the theme does not know its scheme afterwards.

use std::{collections::BTreeMap, fmt::Write as _};

/// Which colour of a scheme is which of ours, by what schemes use them for.
const USED: [(&str, &str); 5] = [
    ("background", "base00"),
    ("ok", "base0b"),
    ("trouble", "base08"),
    ("attention", "base0a"),
    ("human", "base0e"),
];

/// The theme file for a scheme.
///
/// # Errors
/// When a colour is missing or is none; says which.
pub fn from_base16(text: &str) -> Result<String, String> {
    let scheme: BTreeMap<String, &str> = text.lines().filter_map(entry).collect();
    let colour = |name: &str| {
        let value = scheme.get(name).copied();
        let value = value.ok_or_else(|| format!("it has no {name}: is it a base16 scheme?"))?;
        let digits = value.strip_prefix('#').unwrap_or(value);
        let plain = digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let number = plain
            .then(|| u32::from_str_radix(digits, 16).ok())
            .flatten();
        number.ok_or_else(|| format!("{name} is {value:?}, which is not a colour as rrggbb"))
    };
    let kind = if is_light(colour("base00")?) {
        "cvd-light"
    } else {
        "cvd-dark"
    };
    let named = scheme.get("name").or_else(|| scheme.get("scheme"));
    // Whatever is not plain could end the comment.
    let named: String = named
        .map_or("a base16 scheme", |name| name)
        .chars()
        .filter(|c| !c.is_control())
        .collect();
    let mut theme = format!(
        "# Made from {named}. Only the hues are its own; everything else is as in {kind}.\ninherits = \"{kind}\"\n\n[palette]\n"
    );
    for (ours, theirs) in USED {
        let comment = if ours == "background" {
            " # what it is made for, never drawn"
        } else {
            ""
        };
        let number = colour(theirs)?;
        // Writing to a text cannot fail.
        let _never = writeln!(theme, "{ours:<10} = \"#{number:06x}\"{comment}");
    }
    Ok(theme)
}

/// `  base08: "fb4934" # red`, in either case and with or without quotes.
fn entry(line: &str) -> Option<(String, &str)> {
    let (name, value) = line.split_once(':')?;
    let value = value.trim();
    let value = match value.chars().next()? {
        quote @ ('"' | '\'') => value[1..].split(quote).next()?,
        _ => value.split(" #").next()?.trim(),
    };
    Some((name.trim().to_ascii_lowercase(), value))
}

/// Whether dark text is meant to stand on it: its mean is in the upper half.
fn is_light(colour: u32) -> bool {
    let [_, red, green, blue] = colour.to_be_bytes();
    u16::from(red) + u16::from(green) + u16::from(blue) > 3 * 127
}

#[cfg(test)]
mod tests {
    use super::from_base16;

    const SCHEME: &str = "scheme: \"Ocean\"\nauthor: \"C: K\"\nbase00: \"2b303b\"\nbase08: 'BF616A'\n  base0A: \"#ebcb8b\" # yellow\nbase0B: a3be8c # green\nbase0E: \"b48ead\"\n";

    #[test]
    fn a_scheme_becomes_a_theme() {
        let theme = from_base16(SCHEME).unwrap();
        let expected = "# Made from Ocean. Only the hues are its own; everything else is as in cvd-dark.\ninherits = \"cvd-dark\"\n\n[palette]\nbackground = \"#2b303b\" # what it is made for, never drawn\nok         = \"#a3be8c\"\ntrouble    = \"#bf616a\"\nattention  = \"#ebcb8b\"\nhuman      = \"#b48ead\"\n";
        assert_eq!(theme, expected);
        let light = from_base16(&SCHEME.replace("2b303b", "eff1f5")).unwrap();
        assert!(light.contains("inherits = \"cvd-light\""));
    }

    #[test]
    fn what_is_no_scheme_says_what_is_missing() {
        for (text, expected) in [
            ("", "it has no base00: is it a base16 scheme?"),
            (
                "base00: \"\n",
                "base00 is \"\", which is not a colour as rrggbb",
            ),
            (
                "base00: red",
                "base00 is \"red\", which is not a colour as rrggbb",
            ),
            (
                "base00: \"+2b303\"",
                "base00 is \"+2b303\", which is not a colour as rrggbb",
            ),
            ("base00: 2b303b", "it has no base0b: is it a base16 scheme?"),
        ] {
            assert_eq!(from_base16(text).unwrap_err(), expected, "{text}");
        }
    }
}

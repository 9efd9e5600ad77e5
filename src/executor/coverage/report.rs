//! Coverage reports read line by line: lcov (`SF:`, `DA:`) and Cobertura XML, told apart by their
//! content. Whatever a build left is hostile: its size is bounded, nothing in it is expanded, and
//! what is cut off counts as unreadable and not as covered.

use quick_xml::{
    Reader,
    escape::unescape,
    events::{BytesStart, Event},
};
use std::collections::BTreeMap;

/// Lines of one file that can run, and whether they did.
pub(crate) type Lines = BTreeMap<u32, bool>;

/// What a report says.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// By path, as the report writes it.
    pub(crate) files: BTreeMap<String, Lines>,
    /// Where a report's relative paths may begin.
    pub(crate) roots: Vec<String>,
    n_lines: usize,
}

/// Bytes of a report. Reports of a million lines of code are smaller.
pub(crate) const REPORT_MOST: u64 = 32 * 1024 * 1024;
/// Entries about lines, whose memory is several times that of the text.
const LINES_MOST: usize = 2_000_000;
const ROOTS_MOST: usize = 64;

/// Reads a report of either kind, or says what is wrong with it.
pub(crate) fn parse(text: &str) -> Result<Report, String> {
    let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let report = if text.starts_with('<') {
        cobertura(text)?
    } else {
        lcov(text)?
    };
    if report.files.values().all(BTreeMap::is_empty) {
        return Err("it names no line of code".to_owned());
    }
    Ok(report)
}

impl Report {
    /// Notes a line; one that ran anywhere ran.
    fn note(&mut self, file: &str, line: &str, hits: &str) -> Result<(), String> {
        self.n_lines += 1;
        if self.n_lines > LINES_MOST {
            return Err(format!("it tells of more than {LINES_MOST} lines"));
        }
        let number: u32 = line
            .parse()
            .map_err(|_no_number| format!("{line:?} is no line number"))?;
        let ran = ran(hits)?;
        let lines = match self.files.get_mut(file) {
            Some(lines) => lines,
            None => self.files.entry(file.to_owned()).or_default(),
        };
        *lines.entry(number).or_insert(false) |= ran;
        Ok(())
    }
}

/// Whether a count of hits says that the line ran. Counters that ran over are negative.
fn ran(hits: &str) -> Result<bool, String> {
    let digits = hits.strip_prefix('-').unwrap_or(hits);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("{hits:?} is no count of hits"));
    }
    Ok(!hits.starts_with('-') && digits.bytes().any(|digit| digit != b'0'))
}

fn lcov(text: &str) -> Result<Report, String> {
    let mut report = Report::default();
    let mut file: Option<&str> = None;
    for (at, line) in text.lines().enumerate() {
        let line = line.trim_end();
        let wrong = |why: String| format!("line {}: {why}", at + 1);
        if let Some(path) = line.strip_prefix("SF:") {
            file = Some(path);
        } else if let Some(data) = line.strip_prefix("DA:") {
            let file = file.ok_or_else(|| wrong("DA: before any SF:".to_owned()))?;
            let mut fields = data.split(',');
            let (number, hits) = (fields.next(), fields.next());
            let (number, hits) = (number.unwrap_or_default(), hits.unwrap_or_default());
            report.note(file, number, hits).map_err(wrong)?;
        } else if line == "end_of_record" {
            file = None;
        }
    }
    match file {
        Some(_) => Err("it is cut off: its last record does not end".to_owned()),
        None if report.n_lines == 0 => Err("it is neither lcov nor Cobertura XML".to_owned()),
        None => Ok(report),
    }
}

fn cobertura(text: &str) -> Result<Report, String> {
    let mut reader = Reader::from_str(text);
    let mut report = Report::default();
    let mut open: Vec<Vec<u8>> = Vec::new();
    let mut file: Option<String> = None;
    loop {
        let at = reader.buffer_position();
        let wrong = |why: String| format!("byte {at}: {why}");
        match reader.read_event().map_err(|why| wrong(why.to_string()))? {
            Event::Start(tag) => {
                element(&mut report, &mut file, &tag, open.is_empty()).map_err(wrong)?;
                open.push(tag.name().as_ref().to_vec());
            }
            Event::Empty(tag) => {
                element(&mut report, &mut file, &tag, open.is_empty()).map_err(wrong)?;
            }
            Event::End(tag) => {
                open.pop();
                if tag.name().as_ref() == b"class" {
                    file = None;
                }
            }
            Event::Text(text) if open.last().is_some_and(|tag| tag == b"source") => {
                let text = String::from_utf8_lossy(&text).trim().to_owned();
                if !text.is_empty() && report.roots.len() < ROOTS_MOST {
                    report.roots.push(text);
                }
            }
            Event::Eof if open.is_empty() => return Ok(report),
            Event::Eof => return Err("it is cut off: its tags are not closed".to_owned()),
            Event::Text(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_)
            | Event::GeneralRef(_) => {}
        }
    }
}

fn element(
    report: &mut Report,
    file: &mut Option<String>,
    tag: &BytesStart<'_>,
    is_root: bool,
) -> Result<(), String> {
    match tag.name().as_ref() {
        b"class" => *file = Some(attribute(tag, "filename")?),
        b"line" => {
            if let Some(file) = file {
                report.note(file, &attribute(tag, "number")?, &attribute(tag, "hits")?)?;
            }
        }
        name if is_root && name != b"coverage" => {
            let name = String::from_utf8_lossy(name);
            return Err(format!("it is <{name}> and not <coverage>"));
        }
        _other => {}
    }
    Ok(())
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<String, String> {
    let found = tag.try_get_attribute(name).map_err(|why| why.to_string())?;
    let found = found.ok_or_else(|| format!("a tag has no {name}"))?;
    let raw = String::from_utf8_lossy(&found.value);
    let text = unescape(&raw).map_err(|why| why.to_string())?;
    Ok(text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        let report = match parse(text) {
            Err(why) => return why,
            Ok(report) => report,
        };
        let mut told = Vec::new();
        for (path, lines) in report.files {
            let lines = lines
                .iter()
                .map(|(line, ran)| format!("{line}{}", if *ran { "+" } else { "-" }));
            told.push(format!("{path} {}", lines.collect::<Vec<_>>().join(" ")));
        }
        told.extend(report.roots.iter().map(|root| format!("in {root}")));
        told.join("; ")
    }

    #[test]
    fn lcov_reports() {
        for (text, expected) in [
            (
                "TN:\nSF:src/a.rs\nFN:1,main\nDA:1,3\nDA:2,0\nDA:3,-4\r\nLF:3\nend_of_record\nSF:src/b.rs\nDA:7,1,abc==\nend_of_record\n",
                "src/a.rs 1+ 2- 3-; src/b.rs 7+",
            ),
            (
                "SF:a\nDA:1,0\nend_of_record\nSF:a\nDA:1,1\nend_of_record",
                "a 1+",
            ),
            ("SF:a\nDA:1,99999999999999999999\nend_of_record", "a 1+"),
            ("", "it is neither lcov nor Cobertura XML"),
            ("{\"files\": []}", "it is neither lcov nor Cobertura XML"),
            (
                "SF:a\nend_of_record",
                "it is neither lcov nor Cobertura XML",
            ),
            ("DA:1,1", "line 1: DA: before any SF:"),
            ("SF:a\nDA:1,1\nDA:2", "line 3: \"\" is no count of hits"),
            (
                "SF:a\nDA:1,1\n",
                "it is cut off: its last record does not end",
            ),
            (
                "SF:a\nDA:x,1\nend_of_record",
                "line 2: \"x\" is no line number",
            ),
            (
                "SF:a\nDA:99999999999,1\nend_of_record",
                "line 2: \"99999999999\" is no line number",
            ),
            (
                "SF:a\nDA:1,1e9\nend_of_record",
                "line 2: \"1e9\" is no count of hits",
            ),
        ] {
            assert_eq!(told(text), expected, "{text}");
        }
        let many = "SF:a\n".to_owned() + &"DA:1,1\n".repeat(LINES_MOST + 1) + "end_of_record";
        assert!(told(&many).ends_with("more than 2000000 lines"));
    }

    #[test]
    fn cobertura_reports() {
        let class = |inner: &str| {
            format!(
                "<?xml version=\"1.0\"?>\n<!DOCTYPE coverage SYSTEM \"http://cobertura.example/coverage-04.dtd\">\n<coverage line-rate=\"0.5\"><sources><source>/build</source></sources><packages><package><classes>{inner}</classes></package></packages></coverage>"
            )
        };
        let lines = "<class filename=\"src/a&amp;b.py\"><methods><method name=\"m\"><lines><line number=\"1\" hits=\"0\"/></lines></method></methods><lines><line number=\"1\" hits=\"2\"/><line hits=\"0\" number=\"4\"></line></lines></class>";
        for (text, expected) in [
            (class(lines), "src/a&b.py 1+ 4-; in /build".to_owned()),
            (class(""), "it names no line of code".to_owned()),
            (
                "<html><body/></html>".to_owned(),
                "byte 0: it is <html> and not <coverage>".to_owned(),
            ),
        ] {
            assert_eq!(told(&text), expected, "{text}");
        }
        let whole = class(lines);
        for (text, words) in [
            (whole[..whole.len() - 20].to_owned(), ""),
            (whole.replace("</package>", "</packages>"), ""),
            (
                class("<class filename=\"a\"><line number=\"1\"/></class>"),
                "a tag has no hits",
            ),
            (class("<class><line/></class>"), "a tag has no filename"),
            (class("<class filename=\"&bomb;\"></class>"), "bomb"),
        ] {
            let why = parse(&text).map(|_| ()).unwrap_err();
            assert!(why.contains(words), "{text}: {why}");
        }
        let deep = "<coverage>".repeat(100_000);
        assert!(told(&deep).contains("cut off"));
    }
}

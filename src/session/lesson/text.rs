//! The text of a lesson: a small subset of Markdown, as data.
//!
//! The subset is what a lesson needs: headings, paragraphs, lists, blocks of lines to run, blocks to look at, and
//! four kinds of phrase. The page makes elements of it and never markup. A mark that opens nothing is a
//! character like any other.

use super::LessonError;
use super::file::Line;

/// Greatest number of passages of a lesson.
const PASSAGES_MAX: usize = 200;

/// A block of the text, set apart by white space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passage {
    /// `## …`
    Heading(Vec<Phrase>),
    /// Lines up to a blank one.
    Paragraph(Vec<Phrase>),
    /// `- …`, or `1. …` where it is ordered.
    List {
        /// `true` if its items are numbered.
        is_ordered: bool,
        /// The items.
        items: Vec<Vec<Phrase>>,
    },
    /// A block fenced as `az`: command lines to be run on a click.
    Run {
        /// The lines.
        lines: String,
        /// The number of the first one in the file.
        line: usize,
    },
    /// Any other fenced block: text to look at, such as output.
    Code(String),
}

/// A part of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phrase {
    /// Text.
    Plain(String),
    /// `` `…` ``
    Code(String),
    /// `**…**`
    Strong(String),
    /// `*…*`
    Emphasis(String),
    /// `[…](https://…)`
    Link {
        /// The text that is shown.
        text: String,
        /// Its target: an `https` address.
        address: String,
    },
}

/// Parses the text of a lesson.
pub(super) fn parse(lines: &[Line<'_>]) -> Result<Vec<Passage>, LessonError> {
    let mut passages: Vec<Passage> = Vec::new();
    let mut rest = lines;
    while let Some((line, after)) = rest.split_first() {
        let text = line.text.trim();
        if text.is_empty() {
            rest = after;
            continue;
        }
        if passages.len() >= PASSAGES_MAX {
            return Err(line.error(1, format!("a lesson has at most {PASSAGES_MAX} headings, paragraphs and blocks")));
        }
        if let Some(language) = text.strip_prefix("```") {
            let length = after.iter().position(|line| line.text.trim() == "```").unwrap_or(after.len());
            let (inside, behind) = after.split_at(length);
            passages.push(block(line, language.trim(), inside)?);
            rest = behind.get(1..).unwrap_or_default();
        } else if text.starts_with('#') {
            let heading = text.strip_prefix("## ");
            let heading = heading.ok_or_else(|| line.error(1, "a heading begins with '## '"))?;
            passages.push(Passage::Heading(phrases(line, heading)?));
            rest = after;
        } else {
            let is_inside = |line: &&Line<'_>| {
                let text = line.text.trim();
                !(text.is_empty() || text.starts_with("```") || text.starts_with("## "))
            };
            let length = 1 + after.iter().take_while(is_inside).count();
            let (inside, behind) = rest.split_at(length);
            passages.push(match marker(text) {
                Some((is_ordered, _)) => Passage::List { is_ordered, items: items(inside)? },
                None => Passage::Paragraph(joined(inside)?),
            });
            rest = behind;
        }
    }
    Ok(passages)
}

fn block(fence: &Line<'_>, language: &str, inside: &[Line<'_>]) -> Result<Passage, LessonError> {
    let lines: Vec<&str> = inside.iter().map(|line| line.text).collect();
    let lines = lines.join("\n");
    match language {
        "az" => Ok(Passage::Run { lines, line: fence.number + 1 }),
        "" | "text" => Ok(Passage::Code(lines)),
        _ => Err(fence.error(4, format!("expected 'az' for lines to run, or 'text', found '{language}'"))),
    }
}

/// Reads the marker of a list item. Returns `true` if it is a number, and the text behind it; `None` if there is none.
fn marker(text: &str) -> Option<(bool, &str)> {
    if let Some(rest) = text.strip_prefix("- ") {
        return Some((false, rest));
    }
    let (number, rest) = text.split_once(". ")?;
    let is_number = !number.is_empty() && number.len() < 3 && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some((true, rest))
}

/// Parses the items of a list; a line without a marker continues the item before it.
pub(super) fn items(lines: &[Line<'_>]) -> Result<Vec<Vec<Phrase>>, LessonError> {
    let mut texts: Vec<(&Line<'_>, String)> = Vec::new();
    for line in lines.iter().filter(|line| !line.text.trim().is_empty()) {
        match (marker(line.text.trim()), texts.last_mut()) {
            (Some((_, text)), _) => texts.push((line, text.to_owned())),
            (None, Some((_, item))) => {
                item.push(' ');
                item.push_str(line.text.trim());
            }
            (None, None) => return Err(line.error(1, "expected an item that begins with '- '")),
        }
    }
    texts.iter().map(|(line, text)| phrases(line, text)).collect()
}

/// Joins lines and parses them as one text.
pub(super) fn joined(lines: &[Line<'_>]) -> Result<Vec<Phrase>, LessonError> {
    let texts: Vec<&str> = lines.iter().map(|line| line.text.trim()).collect();
    match lines.first() {
        Some(first) => phrases(first, &texts.join(" ")),
        None => Ok(Vec::new()),
    }
}

/// Length of the longest phrase, in characters, with its marks. A mark without an end within it opens nothing.
const PHRASE_MAX: usize = 400;

/// Marks of phrases. A longer one precedes any that is its prefix.
const MARKS: [&str; 3] = ["`", "**", "*"];

/// Parses the phrases of a text; `line` is the place of errors.
fn phrases(line: &Line<'_>, text: &str) -> Result<Vec<Phrase>, LessonError> {
    let mut found: Vec<Phrase> = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let (phrase, length) = if "`*[".contains(character) { phrase(rest).unzip() } else { (None, None) };
        let (unread, length) = (rest, length.unwrap_or(character.len_utf8()));
        rest = unread.get(length..).unwrap_or_default();
        let Some(phrase) = phrase else {
            plain.push(character);
            continue;
        };
        if let Phrase::Link { address, .. } = &phrase
            && !address.starts_with("https://")
        {
            return Err(line.error(1, format!("the link to '{address}' does not begin with 'https://'")));
        }
        if !plain.is_empty() {
            found.push(Phrase::Plain(std::mem::take(&mut plain)));
        }
        found.push(phrase);
    }
    if !plain.is_empty() {
        found.push(Phrase::Plain(plain));
    }
    Ok(found)
}

/// Returns the phrase that a text begins with, and its length in bytes with its marks.
fn phrase(text: &str) -> Option<(Phrase, usize)> {
    let text = match text.char_indices().nth(PHRASE_MAX) {
        Some((end, _)) => text.get(..end)?,
        None => text,
    };
    let Some(mark) = MARKS.into_iter().find(|mark| text.starts_with(mark)) else {
        return link(text);
    };
    let (inner, _) = text.strip_prefix(mark)?.split_once(mark)?;
    // As in Markdown, ` * ` is a star.
    let is_phrase = mark == "`" || (inner.trim() == inner && !inner.is_empty());
    let length = inner.len() + 2 * mark.len();
    let inner = inner.to_owned();
    let phrase = match mark {
        "`" => Phrase::Code(inner),
        "**" => Phrase::Strong(inner),
        _ => Phrase::Emphasis(inner),
    };
    is_phrase.then_some((phrase, length))
}

fn link(text: &str) -> Option<(Phrase, usize)> {
    let (inner, behind) = text.strip_prefix('[')?.split_once("](")?;
    let (address, _) = behind.split_once(')')?;
    let is_link = !inner.contains(['[', ']']) && !address.contains(char::is_whitespace);
    let length = inner.len() + address.len() + "[]()".len();
    is_link.then(|| (Phrase::Link { text: inner.to_owned(), address: address.to_owned() }, length))
}

/// Returns the text of phrases without their marks.
#[must_use]
pub fn plain(phrases: &[Phrase]) -> String {
    let texts = phrases.iter().map(|phrase| match phrase {
        Phrase::Plain(text) | Phrase::Code(text) | Phrase::Strong(text) | Phrase::Emphasis(text) => text.as_str(),
        Phrase::Link { text, .. } => text,
    });
    texts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<Line<'_>> {
        (1..).zip(text.lines()).map(|(number, text)| Line { number, text }).collect()
    }

    fn say(text: &str) -> Vec<Phrase> {
        vec![Phrase::Plain(text.to_owned())]
    }

    #[test]
    fn passages_are_told_apart() {
        let check =
            |text: &str, expected: &[Passage]| assert_eq!(parse(&lines(text)).as_deref(), Ok(expected), "{text}");
        check("", &[]);
        check("one\ntwo\n\n\nthree", &[Passage::Paragraph(say("one two")), Passage::Paragraph(say("three"))]);
        check("## head\nbelow", &[Passage::Heading(say("head")), Passage::Paragraph(say("below"))]);
        let list = |is_ordered| Passage::List { is_ordered, items: vec![say("a b"), say("c")] };
        check("- a\n  b\n- c", &[list(false)]);
        check("1. a\n   b\n2. c", &[list(true)]);
        check("2021. was a year", &[Passage::Paragraph(say("2021. was a year"))]);
        let run = |lines: &str, line| Passage::Run { lines: lines.to_owned(), line };
        check(
            "```az\naz aks list\n\n  -o table\n```\nend",
            &[run("az aks list\n\n  -o table", 2), Passage::Paragraph(say("end"))],
        );
        check("a\n```text\n## out\n```", &[Passage::Paragraph(say("a")), Passage::Code("## out".to_owned())]);
    }

    #[test]
    fn phrases_are_told_apart() {
        let plain = |text: &str| Phrase::Plain(text.to_owned());
        let check = |text: &str, expected: &[Phrase]| {
            let line = Line { number: 1, text };
            assert_eq!(phrases(&line, text).as_deref(), Ok(expected), "{text}");
        };
        check(
            "a **b** *c* `d * e`",
            &[
                plain("a "),
                Phrase::Strong("b".to_owned()),
                plain(" "),
                Phrase::Emphasis("c".to_owned()),
                plain(" "),
                Phrase::Code("d * e".to_owned()),
            ],
        );
        check("2 * 3 * 4", &[plain("2 * 3 * 4")]);
        check("**open and `open", &[plain("**open and `open")]);
        let link = Phrase::Link { text: "a ❄".to_owned(), address: "https://example.org/x".to_owned() };
        check("[a ❄](https://example.org/x).", &[link, plain(".")]);
        check("[a] (b)", &[plain("[a] (b)")]);
        check("<b>&amp;", &[plain("<b>&amp;")]);
    }

    #[test]
    fn what_cannot_be_shown_is_refused() {
        let check = |text: &str, line: usize, column: usize, message: &str| {
            let expected = LessonError { line, column, message: message.to_owned() };
            assert_eq!(parse(&lines(text)), Err(expected), "{text}");
        };
        check("\n# big", 2, 1, "a heading begins with '## '");
        check("```bash\n```", 1, 4, "expected 'az' for lines to run, or 'text', found 'bash'");
        check("[x](javascript:alert)", 1, 1, "the link to 'javascript:alert' does not begin with 'https://'");
        check(&"x\n\n".repeat(201), 401, 1, "a lesson has at most 200 headings, paragraphs and blocks");
    }

    #[test]
    fn marks_without_end_do_not_take_long() {
        let text = "[**`*".repeat(12_000);
        assert_eq!(phrases(&Line { number: 1, text: &text }, &text).map(|phrases| phrases.len() > 1), Ok(true));
    }
}

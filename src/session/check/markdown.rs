//! The blocks of command lines in a Markdown document.
//!
//! Fences as `CommonMark` has them: of backticks or tildes, indented in lists, behind the `>` of
//! quotes, not in HTML comments. Every line of a block keeps its place in the file.

/// The first words of a fence that mark command lines.
const LANGUAGES: [&str; 7] = ["azurecli", "azurecli-interactive", "azure-cli", "bash", "sh", "shell", "console"];

/// A block of command lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    /// Fenced as `console`: if it has prompts, the lines without one are output.
    pub is_console: bool,
    pub lines: Vec<CodeLine>,
}

/// A line of a block, without the indentation of the list and the `>` of the quote around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CodeLine {
    /// The line of the file, from 1.
    pub number: usize,
    /// The character of the line at which `text` begins, from 1.
    pub column: usize,
    pub text: String,
}

/// An open fence.
struct Fence {
    mark: char,
    length: usize,
    /// Number of `>` before it.
    quotes: usize,
    /// Number of leading blanks of each line that belong to the list around it.
    indent: usize,
    /// The block that is being collected; `None` for other languages.
    block: Option<Block>,
}

/// Returns the blocks of command lines of a document, in order.
pub(super) fn blocks(document: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Fence> = None;
    let mut is_comment = false;
    let mut is_in_list = false;
    for (number, line) in (1..).zip(document.lines()) {
        if let Some(mut fence) = open.take() {
            match fence.take(number, line) {
                FenceRelation::Inside => {
                    open = Some(fence);
                    continue;
                }
                FenceRelation::End => {
                    blocks.extend(fence.block);
                    continue;
                }
                // The quote around it has ended, and the block with it.
                FenceRelation::Outside => blocks.extend(fence.block),
            }
        }
        let start = LineStart::of(line);
        if is_comment || start.rest.starts_with("<!--") {
            is_comment = !start.rest.contains("-->");
            continue;
        }
        if start.has_marker {
            is_in_list = true;
        } else if start.indent == 0 && !start.rest.is_empty() && !start.rest.starts_with(['`', '~']) {
            is_in_list = false;
        }
        // Elsewhere four blanks make an indented block, in which a fence is text.
        if start.indent <= 3 || is_in_list {
            open = start.fence();
        }
    }
    blocks.extend(open.and_then(|fence| fence.block));
    blocks.retain(|block| !block.lines.is_empty());
    blocks
}

/// The beginning of a line: quote marks, indentation and list markers.
struct LineStart<'a> {
    /// Number of `>`.
    quotes: usize,
    /// Number of characters from them to `rest`: blanks and list markers.
    indent: usize,
    has_marker: bool,
    rest: &'a str,
}

impl<'a> LineStart<'a> {
    fn of(line: &'a str) -> Self {
        let (quotes, rest) = unquoted(line, usize::MAX);
        let mut start = Self { quotes, indent: 0, has_marker: false, rest };
        start.skip_blanks();
        while let Some(rest) = marker(start.rest) {
            start.indent += start.rest.len() - rest.len();
            start.has_marker = true;
            start.rest = rest;
            start.skip_blanks();
        }
        start
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest.trim_start_matches([' ', '\t']);
        self.indent += self.rest.len() - rest.len();
        self.rest = rest;
    }

    /// Returns the fence that the line opens.
    fn fence(&self) -> Option<Fence> {
        let mark = self.rest.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
        let info = self.rest.trim_start_matches(mark);
        let length = self.rest.len() - info.len();
        if length < 3 || (mark == '`' && info.contains('`')) {
            return None;
        }
        // `{.bash}` is how some tools write it.
        let language = info.trim().trim_start_matches(['{', '.']);
        let language = language.split([' ', '\t', ',', '}', '{']).next().unwrap_or_default().to_lowercase();
        let is_code = LANGUAGES.contains(&language.as_str());
        let block = is_code.then(|| Block { is_console: language == "console", lines: Vec::new() });
        Some(Fence { mark, length, quotes: self.quotes, indent: self.indent, block })
    }
}

/// Relation of a line to an open fence.
enum FenceRelation {
    Inside,
    End,
    Outside,
}

impl Fence {
    fn take(&mut self, number: usize, line: &str) -> FenceRelation {
        let (quotes, rest) = unquoted(line, self.quotes);
        if quotes < self.quotes {
            return FenceRelation::Outside;
        }
        let text = rest.trim_start_matches([' ', '\t']);
        let indent = rest.len() - text.len();
        // The list that it stands in has ended.
        if indent + 3 < self.indent && !text.is_empty() {
            return FenceRelation::Outside;
        }
        let marks = text.len() - text.trim_start_matches(self.mark).len();
        if marks >= self.length && text.get(marks..).is_some_and(|rest| rest.trim().is_empty()) {
            return FenceRelation::End;
        }
        let text = rest.get(indent.min(self.indent)..).unwrap_or_default();
        if let Some(block) = &mut self.block {
            let column = line.len() - text.len() + 1;
            block.lines.push(CodeLine { number, column, text: text.to_owned() });
        }
        FenceRelation::Inside
    }
}

/// Removes up to `quotes_max` leading `>` from a line; returns their number and the rest.
fn unquoted(line: &str, quotes_max: usize) -> (usize, &str) {
    let mut quotes = 0;
    let mut rest = line;
    while quotes < quotes_max
        && let Some(behind) = rest.trim_start_matches(' ').strip_prefix('>')
    {
        quotes += 1;
        rest = behind.strip_prefix(' ').unwrap_or(behind);
    }
    (quotes, rest)
}

/// Returns the text after the marker of a list item, if the text begins with one.
fn marker(text: &str) -> Option<&str> {
    let digits = text.len() - text.trim_start_matches(|digit: char| digit.is_ascii_digit()).len();
    let rest = match digits {
        0 => text.strip_prefix(['-', '*', '+'])?,
        1..=9 => text.get(digits..)?.strip_prefix(['.', ')'])?,
        _ => return None,
    };
    rest.starts_with([' ', '\t']).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_where_they_are() {
        let check = |document: &str, expected: &[&[(usize, usize, &str)]]| {
            let found = blocks(document);
            let found: Vec<Vec<(usize, usize, &str)>> = found
                .iter()
                .map(|block| block.lines.iter().map(|line| (line.number, line.column, line.text.as_str())).collect())
                .collect();
            assert_eq!(found, expected, "{document}");
        };
        check("", &[]);
        check("```azurecli\naz a\n\naz b\n```\n", &[&[(2, 1, "az a"), (3, 1, ""), (4, 1, "az b")]]);
        check("~~~bash\naz a\n```\n~~~~\n~~~\nx", &[&[(2, 1, "az a"), (3, 1, "```")]]);
        check("```json\naz a\n```\n```sh\naz b\n```", &[&[(5, 1, "az b")]]);
        check("``` azurecli-interactive title=x\naz a\n```", &[&[(2, 1, "az a")]]);
        check("```{.bash .numberLines}\naz a\n```", &[&[(2, 1, "az a")]]);
        check("```AzureCLI\r\naz a\r\n```\r\n", &[&[(2, 1, "az a")]]);
        check("1. do\n\n    ```azurecli\n    az a\n      --b\n    ```\n", &[&[(4, 5, "az a"), (5, 5, "  --b")]]);
        check("- ```console\n  $ az a\n  ```", &[&[(2, 3, "$ az a")]]);
        check(
            "1. do\n\n    ```bash\n    az a\n\n2. see\n\n    ```bash\n    az b\n    ```\n",
            &[&[(4, 5, "az a"), (5, 1, "")], &[(9, 5, "az b")]],
        );
        check("text\n\n    ```bash\n    az a\n    ```\n", &[]);
        check("> ```bash\n> az a\n>  az b\n> ```\naz c", &[&[(2, 3, "az a"), (3, 3, " az b")]]);
        check("> ```bash\n> az a\naz b\n", &[&[(2, 3, "az a")]]);
        check("> - ```bash\n>   az a\n>   ```", &[&[(2, 5, "az a")]]);
        check("````markdown\n```bash\naz a\n```\n````\n", &[]);
        check("<!--\n```bash\naz a\n```\n-->\n```bash\naz b\n```", &[&[(7, 1, "az b")]]);
        check("<!-- note -->\n```bash\naz b\n```", &[&[(3, 1, "az b")]]);
        check("a ``` b\n```bash `x`\naz a\n", &[]);
        check("```bash\naz a", &[&[(2, 1, "az a")]]);
        check("  ```bash\n  az a\naz b\n  ```", &[&[(2, 3, "az a"), (3, 1, "az b")]]);
        check("```bash\n```\n", &[]);
    }
}

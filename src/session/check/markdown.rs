//! The blocks of command lines in a Markdown document.
//!
//! Fences as `CommonMark` has them, wherever they stand: in lists, quotes and footnotes, not in HTML. Every line of a
//! block keeps its place in the file.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

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

/// Returns the blocks of command lines of a document, in order.
pub(super) fn blocks(document: &str) -> Vec<Block> {
    let lines = Lines::new(document);
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (event, range) in Parser::new_ext(document, Options::ENABLE_FOOTNOTES).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => open = block(&info),
            Event::End(TagEnd::CodeBlock) => blocks.extend(open.take().filter(|block| !block.lines.is_empty())),
            Event::Text(text) => {
                if let Some(block) = &mut open {
                    lines.add(&text, range.start, block);
                }
            }
            _ => {}
        }
    }
    blocks
}

/// Returns an empty block for the text behind a fence; `None` for other languages.
fn block(info: &str) -> Option<Block> {
    // `{.bash}` is how some tools write it.
    let language = info.trim().trim_start_matches(['{', '.']);
    let language = language.split([' ', '\t', ',', '}', '{']).next().unwrap_or_default().to_lowercase();
    let is_code = LANGUAGES.contains(&language.as_str());
    is_code.then(|| Block { is_console: language == "console", lines: Vec::new() })
}

/// The lines of a document, by their places.
struct Lines<'a> {
    document: &'a str,
    /// First byte of each line.
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn new(document: &'a str) -> Self {
        let ends = document.match_indices('\n').map(|(end, _)| end + 1);
        Self { document, starts: std::iter::once(0).chain(ends).collect() }
    }

    /// Adds a text that stands at a byte of the document to a block. It may be several lines, or a part of one.
    fn add(&self, text: &str, mut at: usize, block: &mut Block) {
        for piece in text.split_inclusive('\n') {
            let number = self.starts.partition_point(|start| *start <= at);
            let start = number.checked_sub(1).and_then(|index| self.starts.get(index)).copied().unwrap_or_default();
            let before = self.document.get(start..at).unwrap_or_default();
            at += piece.len();
            let piece = piece.trim_end_matches(['\n', '\r']);
            match block.lines.last_mut().filter(|last| last.number == number) {
                Some(last) => last.text.push_str(piece),
                None => {
                    block.lines.push(CodeLine { number, column: before.chars().count() + 1, text: piece.to_owned() });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(document: &str, expected: &[&[(usize, usize, &str)]]) {
        let found = blocks(document);
        let found: Vec<Vec<(usize, usize, &str)>> = found
            .iter()
            .map(|block| block.lines.iter().map(|line| (line.number, line.column, line.text.as_str())).collect())
            .collect();
        assert_eq!(found, expected, "{document}");
    }

    #[test]
    fn blocks_are_found_where_they_are() {
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

    #[test]
    fn blocks_are_those_of_commonmark() {
        // A fence in a list item goes on to the end of the item, whatever stands around it.
        check("- a\n- b\n\n  > ```sh\n  > az a\n  > ```\n", &[&[(5, 5, "az a")]]);
        check("10. a\n\n    ```sh\n    az a\n    ```\n", &[&[(4, 5, "az a")]]);
        check("-\t```sh\n\taz a\n\t\taz b\n\t```", &[&[(2, 2, "az a"), (3, 2, "\taz b")]]);
        // Outside an item, four blanks make it text, also after a list that a paragraph has ended.
        check("- a\n\nb\n\n    ```sh\n    az a\n    ```\n", &[]);
        check("- a\n\n      ```sh\n      az a\n      ```\n", &[]);
        check("> a\n>\n>     ```sh\n>     az a\n>     ```\n", &[]);
        check("a\n    ```sh\n    az a\n", &[]);
        // A fence ends with one that is as long, of the same mark, and not further in.
        check("~~~ sh `x` ~~~\naz a\n~~~\n", &[&[(2, 1, "az a")]]);
        check(
            "````sh\naz a\n```\n    ````\naz b\n````\n",
            &[&[(2, 1, "az a"), (3, 1, "```"), (4, 1, "    ````"), (5, 1, "az b")]],
        );
        check("~~~~markdown\n```sh\naz a\n```\n~~~~\n```sh\naz b\n```\n", &[&[(7, 1, "az b")]]);
        check("```text\n- ```sh\naz a\n```\n", &[]);
        // In HTML a fence is text, until the HTML ends.
        check("<!-- a\n```sh\naz a\n```\n--> b\n```sh\naz b\n```", &[&[(7, 1, "az b")]]);
        check("- a <!-- b\n\n  ```sh\n  az a\n  ```\n", &[&[(4, 3, "az a")]]);
        check("<pre>\n\n```sh\naz a\n```\n</pre>\n", &[]);
        check("<div>\n```sh\naz a\n```\n</div>\n", &[]);
        check("<details>\n\n```sh\naz a\n```\n\n</details>\n", &[&[(4, 1, "az a")]]);
        check("a `<!--`\n\n```sh\naz a\n```\n", &[&[(4, 1, "az a")]]);
        check("a[^1]\n\n[^1]: b\n\n    ```sh\n    az a\n    ```\n", &[&[(6, 5, "az a")]]);
        check("> é ```\n> ```sh\r\n> az é\r\n>\r\n> az b\r\n", &[&[(3, 3, "az é"), (4, 3, ""), (5, 3, "az b")]]);
    }
}

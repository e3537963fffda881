//! Here-documents, and other input from the text itself.

use super::error::ShellError;
use super::read::{HereDocument, Reader, unexpected};
use super::streams::Streams;
use super::syntax::{Operation, RawWord, Redirection, WordPart};
use std::sync::Arc;

impl Reader<'_> {
    /// Reads `<<WORD`, `<<-WORD`, `<<<WORD`, `< <(…)`; and `<FILE`, for which the command is refused later.
    pub(super) fn input(
        &mut self,
        operation: usize,
        streams: &mut Streams,
        input: &mut Option<RawWord>,
    ) -> Result<(), ShellError> {
        let at = self.at();
        self.take();
        if !self.take_if('<') {
            self.take_if('&');
            let word = self.word()?.ok_or_else(|| unexpected("newline", at))?;
            match word.source.as_str() {
                "/dev/stdin" | "0" => {}
                "/dev/null" | "-" => *input = Some(RawWord::default()),
                _ if matches!(word.parts.as_slice(), [WordPart::Process { .. }]) => *input = Some(word),
                _ => {
                    streams.file.get_or_insert(('<', at));
                }
            }
            return Ok(());
        }
        if self.take_if('<') {
            let mut word = self.word()?.ok_or_else(|| unexpected("newline", at))?;
            word.push('\n', true);
            *input = Some(word);
            return Ok(());
        }
        let strips_tabs = self.take_if('-');
        let word = self.word()?.ok_or_else(|| unexpected("newline", at))?;
        let is_quoted = word.source.contains(['\'', '"', '\\']);
        let mut delimiter = String::new();
        for part in &word.parts {
            match part {
                WordPart::Text { text, .. } => delimiter.push_str(text),
                // The word that ends it is not expanded.
                _ => word.source.clone_into(&mut delimiter),
            }
        }
        *input = Some(RawWord::default());
        self.documents.push(HereDocument { operation, delimiter, is_quoted, strips_tabs });
        Ok(())
    }

    /// Reads the texts of the open here-documents, which begin at the current position.
    pub(super) fn read_documents(&mut self) -> Result<(), ShellError> {
        for document in std::mem::take(&mut self.documents) {
            let mut text = String::new();
            while self.peek().is_some() {
                let line = self.rest().split('\n').next().unwrap_or_default();
                for _ in 0..=line.chars().count() {
                    self.take();
                }
                if document.ends_with(line) {
                    break;
                }
                text.push_str(document.line(line));
                text.push('\n');
            }
            let input = if document.is_quoted { RawWord::quoted(&text) } else { self.nested(&text).document()? };
            match self.operations.get_mut(document.operation) {
                Some(Operation::Run(command)) => Arc::make_mut(command).input = Some(input),
                Some(Operation::Redirect { redirection, .. }) => {
                    *redirection = Arc::new(Redirection { input: Some(input), ..Redirection::clone(redirection) });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Begins to read another text at the depth of this one.
    pub(super) fn nested<'b>(&self, text: &'b str) -> Reader<'b> {
        Reader {
            depth: self.depth,
            open_compounds: self.open_compounds,
            line_number: self.line_number,
            ..Reader::new(text)
        }
    }

    /// Splits the text of a here-document into parts: variables are expanded, quotes are characters.
    pub(super) fn document(&mut self) -> Result<RawWord, ShellError> {
        let mut word = RawWord::default();
        while let Some(character) = self.peek() {
            match character {
                '$' => self.dollar(&mut word, true)?,
                '`' => self.backquoted(&mut word, true)?,
                _ => {
                    self.take();
                    let escaped = self.peek().filter(|next| character == '\\' && "$`\\\n".contains(*next));
                    match escaped {
                        Some('\n') => {
                            self.take();
                        }
                        Some(next) => {
                            self.take();
                            word.push(next, true);
                        }
                        None => word.push(character, true),
                    }
                }
            }
        }
        Ok(word)
    }
}

//! Here-documents: text that a line feeds to a command.

use super::read::{Reader, unexpected};
use super::syntax::{HereDocument, RawCommand, RawWord, ShellError, WordPart};

/// Returns the here-documents of a line whose texts are still to come, each with the line that ends it.
pub(super) fn open_documents(line: &str) -> Vec<HereDocument> {
    let mut reader = Reader::new(line);
    match reader.commands() {
        Ok(_) => reader.documents,
        Err(_) => Vec::new(),
    }
}

impl Reader<'_> {
    /// Reads `<<WORD`, `<<-WORD` and `<<<WORD`; and `<FILE`, for which the command is refused later.
    pub(super) fn input(&mut self, index: usize, command: &mut RawCommand) -> Result<(), ShellError> {
        let at = self.at();
        self.take();
        if !self.take_if('<') {
            self.word()?.ok_or_else(|| unexpected("newline", at))?;
            command.streams.file.get_or_insert(('<', at));
            return Ok(());
        }
        if self.take_if('<') {
            let mut word = self.word()?.ok_or_else(|| unexpected("newline", at))?;
            word.push('\n', true);
            command.input = Some(word);
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
        command.input = Some(RawWord::default());
        self.documents.push(HereDocument { command: index, delimiter, is_quoted, strips_tabs });
        Ok(())
    }

    /// Reads the texts of the open here-documents, which begin at the current position.
    pub(super) fn read_documents(&mut self, commands: &mut [RawCommand]) -> Result<(), ShellError> {
        for document in std::mem::take(&mut self.documents) {
            let mut text = String::new();
            while self.peek().is_some() {
                let rest = self.line.get(self.at()..).unwrap_or_default();
                let line = rest.split('\n').next().unwrap_or_default();
                for _ in 0..=line.chars().count() {
                    self.take();
                }
                if document.ends_with(line) {
                    break;
                }
                text.push_str(document.line(line));
                text.push('\n');
            }
            let input = if document.is_quoted { RawWord::quoted(&text) } else { Reader::new(&text).document()? };
            if let Some(command) = commands.get_mut(document.command) {
                command.input = Some(input);
            }
        }
        Ok(())
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

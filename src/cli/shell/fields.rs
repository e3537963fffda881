//! The fields that a word becomes: what is expanded without quotes is split at the separators.

/// Fields under construction.
pub(super) struct Fields {
    done: Vec<String>,
    current: Option<String>,
    /// `IFS`; `None` where nothing is split.
    separators: Option<String>,
    /// The last field was ended by a blank, which a separator that follows belongs to.
    is_after_blank: bool,
}

impl Fields {
    /// Begins fields that are split at each of these characters; one field of all without them.
    pub(super) fn new(separators: Option<String>) -> Self {
        Self { done: Vec::new(), current: None, separators, is_after_blank: false }
    }

    /// Returns `true` if what is expanded without quotes is split.
    pub(super) fn splits(&self) -> bool {
        self.separators.is_some()
    }

    /// Appends text that is not split. An empty text makes a field too.
    pub(super) fn push(&mut self, text: &str) {
        self.is_after_blank = false;
        self.current.get_or_insert_default().push_str(text);
    }

    /// Ends the field under construction.
    pub(super) fn end_field(&mut self) {
        self.done.extend(self.current.take());
    }

    /// Appends text that is split.
    pub(super) fn push_split(&mut self, text: &str) {
        let Some(separators) = self.separators.take() else {
            self.current.get_or_insert_default().push_str(text);
            return;
        };
        for letter in text.chars() {
            if !separators.contains(letter) {
                self.is_after_blank = false;
                self.current.get_or_insert_default().push(letter);
            } else if matches!(letter, ' ' | '\t' | '\n') {
                self.is_after_blank |= self.current.is_some();
                self.end_field();
            } else {
                if self.current.is_none() && !self.is_after_blank {
                    self.current = Some(String::new());
                }
                self.is_after_blank = false;
                self.end_field();
            }
        }
        self.separators = Some(separators);
    }

    /// Returns the fields.
    pub(super) fn finish(mut self) -> Vec<String> {
        self.end_field();
        self.done
    }

    /// Returns all as one text.
    pub(super) fn text(self) -> String {
        self.finish().concat()
    }
}

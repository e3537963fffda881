//! Text with its styles, the result of a formatter.
//!
//! Formatters say what a piece of text *is*; the page and the terminal each decide how that looks.

/// The role of a piece of text, which decides its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Punctuation, plain scalars of YAML, and all text without colours.
    Plain,
    /// Blanks and line ends, which the Azure CLI colours too.
    Space,
    /// A key.
    Key,
    /// A quoted string.
    String,
    /// A number, `true`, `false` or `null` of JSON.
    Constant,
    /// An alias of YAML, and the blanks in a quoted string of YAML.
    Variable,
    /// The marker that ends a YAML document.
    Marker,
}

impl Style {
    /// Returns the escape code with which the Azure CLI's highlighter starts it; `None` for plain text.
    const fn ansi_code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Space => Some("\x1b[37m"),
            Self::Key => Some("\x1b[94m"),
            Self::String => Some("\x1b[33m"),
            Self::Constant => Some("\x1b[34m"),
            Self::Variable => Some("\x1b[31m"),
            Self::Marker => Some("\x1b[04m\x1b[36m"),
        }
    }
}

/// A stretch of text in one style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StyledText<'a> {
    /// Its style.
    pub style: Style,
    /// The text.
    pub text: &'a str,
}

/// A result as text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rendered {
    text: String,
    /// Styles and where each ends in the text, in bytes; what follows the last one is plain.
    ends: Vec<(Style, usize)>,
}

impl Rendered {
    /// Creates text without any style.
    #[must_use]
    pub fn plain(text: String) -> Self {
        let ends = Vec::new();
        Self { text, ends }
    }

    /// Appends text with its styles.
    pub fn append(&mut self, more: &Self) {
        let before = self.text.len();
        if !self.ends.is_empty() || !more.ends.is_empty() {
            self.ends.push((Style::Plain, before));
        }
        self.ends.extend(more.ends.iter().map(|(style, end)| (*style, before + end)));
        self.text.push_str(&more.text);
    }

    /// Returns the text without styles.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the text in stretches of one style; they make up the whole text.
    pub fn spans(&self) -> impl Iterator<Item = StyledText<'_>> {
        let rest = (Style::Plain, self.text.len());
        let mut start = 0;
        let ends = self.ends.iter().chain(std::iter::once(&rest)).copied().collect::<Vec<_>>();
        ends.into_iter().filter_map(move |(style, end)| {
            let text = self.text.get(start..end).filter(|text| !text.is_empty())?;
            start = end;
            Some(StyledText { style, text })
        })
    }

    /// Returns the text with the escape codes that the Azure CLI sends to a terminal.
    #[must_use]
    pub fn ansi(&self) -> String {
        let mut out = String::new();
        for StyledText { style, text } in self.spans() {
            let Some(code) = style.ansi_code() else {
                out.push_str(text);
                continue;
            };
            // Each line has its own pair of codes, and an empty one too.
            for line in text.split_inclusive('\n') {
                out.extend([code, line.trim_end_matches('\n'), "\x1b[39;49;00m"]);
                out.push_str(if line.ends_with('\n') { "\n" } else { "" });
            }
        }
        out
    }

    /// Appends text as a span of its own, as the highlighter's words are.
    pub(crate) fn push(&mut self, style: Style, text: &str) {
        if !text.is_empty() {
            self.text.push_str(text);
            self.ends.push((style, self.text.len()));
        }
    }

    /// Returns the same text without its styles.
    pub(crate) fn without_styles(mut self) -> Self {
        self.ends.clear();
        self
    }
}

//! Results as text: JSON for now.

use serde_json::Value;

/// A result as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered(String);

impl Rendered {
    /// Text without any style.
    #[must_use]
    pub fn plain(text: String) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// The columns of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "replaced by the real one")]
pub enum TableTransformer {
    None,
    NodepoolList,
    NodepoolShow,
    ClusterList,
    ClusterShow,
    GroupList,
}

/// Whether a text is a query.
#[must_use]
pub fn is_query(_text: &str) -> bool {
    true
}

/// Renders a result.
///
/// # Errors
///
/// None yet.
pub fn render(
    value: &Value,
    format: super::parse::OutputFormat,
    _query: Option<&str>,
    _transformer: TableTransformer,
) -> Result<Rendered, std::fmt::Error> {
    if format == super::parse::OutputFormat::None {
        return Ok(Rendered(String::new()));
    }
    Ok(Rendered(format!("{value:#}\n")))
}

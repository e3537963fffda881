//! Results as text: `--query` and `--output`.
//!
//! The Azure CLI's last stage, to the letter: scripts depend on it, and people compare what they
//! see with what their own terminal shows. It takes a result as JSON and knows nothing of the
//! command, except for the columns that some commands choose for `--output table`.

mod datum;
mod json;
mod query;
mod rendered;
mod table;
mod transformer;
mod tsv;
mod yaml;

use serde_json::Value;

use super::parse::OutputFormat;
use datum::Datum;
pub use rendered::{Rendered, Span, Style};
pub use transformer::TableTransformer;

/// The largest result, in values: a query can repeat a value until no memory holds the text.
const VALUES_MAX: usize = 1_000_000;

/// Why a result cannot be shown; its text is what follows `ERROR: `.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutputError {
    /// The query is no JMESPath expression; the command line refuses those before.
    #[error("Invalid JMESPath expression.")]
    Syntax,
    /// The query calls a function wrongly.
    #[error("Invalid jmespath query supplied for `--query`: {0}")]
    Query(String),
    /// The query does what the Azure CLI has no message for; it then shows a Python traceback
    /// after this text.
    #[error("The command failed with an unexpected error. Here is the traceback:\nERROR: {0}")]
    Unexpected(String),
    /// The result is larger than a page can show; the Azure CLI has no such limit.
    #[error("The result of the query is too large.")]
    TooLarge,
    /// The columns of the command do not fit the result.
    #[error(
        "Table output unavailable. Use the --query option to specify an appropriate query. Use --debug for more info."
    )]
    Table,
}

/// Whether a text is a JMESPath expression.
#[must_use]
pub fn is_query(text: &str) -> bool {
    query::parse(text).is_some()
}

/// The result of a query.
///
/// # Errors
///
/// The text is no query, or a function in it does not take its arguments.
pub fn query(value: &Value, query: &str) -> Result<Value, OutputError> {
    let result = self::query::run(query, &Datum::from(value))?;
    checked(&result)?;
    result.to_json().ok_or_else(not_serializable)
}

/// Renders a result. A null prints nothing.
///
/// # Errors
///
/// As [`query()`]; or the command's columns do not fit the value.
pub fn render(
    value: &Value,
    format: OutputFormat,
    query: Option<&str>,
    transformer: TableTransformer,
) -> Result<Rendered, OutputError> {
    let mut result = Datum::from(value);
    if let Some(query) = query {
        result = self::query::run(query, &result)?;
    }
    if format == OutputFormat::None || matches!(result, Datum::Null) {
        return Ok(Rendered::default());
    }
    checked(&result)?;
    Ok(match format {
        OutputFormat::Json => json::document(&result).without_styles(),
        OutputFormat::Jsonc => json::document(&result),
        OutputFormat::Yaml => yaml::document(&result).without_styles(),
        OutputFormat::Yamlc => yaml::document(&result),
        OutputFormat::Tsv => Rendered::plain(tsv::rows(&result)),
        OutputFormat::Table => {
            let columns = if query.is_none() { transformer.apply(&result) } else { None };
            let is_sorted = query.is_none() && columns.is_none();
            let result = columns.unwrap_or(Ok(result)).map_err(|_| OutputError::Table)?;
            Rendered::plain(table::table(&result, is_sorted))
        }
        OutputFormat::None => Rendered::default(),
    })
}

fn not_serializable() -> OutputError {
    OutputError::Unexpected("Object of type _Expression is not JSON serializable".to_owned())
}

/// Refuses what no format can show.
fn checked(result: &Datum) -> Result<(), OutputError> {
    let mut count = 0;
    let is_small = result.all(&mut |_| {
        count += 1;
        count <= VALUES_MAX
    });
    if !is_small {
        return Err(OutputError::TooLarge);
    }
    let is_data = result.all(&mut |part| !matches!(part, Datum::Expression(_)));
    if is_data { Ok(()) } else { Err(not_serializable()) }
}

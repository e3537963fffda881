//! Results as text: `--query` and `--output`.
//!
//! The Azure CLI's last stage, to the letter: scripts depend on it, and people compare what they
//! see with what their own terminal shows. It takes a result as JSON and knows nothing of the
//! command, except for the columns that some commands choose for `--output table`.

mod datum;
mod error;
mod format;
mod json;
mod query;
mod render;
mod table;
mod transformer;
mod tsv;
mod yaml;

pub use error::{OutputError, QUERY_REFERENCE};
pub use format::OutputFormat;
pub use render::{is_query, query, render};
pub use transformer::TableTransformer;

//! Errors of queries and formats.

/// The link below a complaint about `--query`.
pub const QUERY_REFERENCE: &str =
    "To learn more about --query, please visit: 'https://learn.microsoft.com/cli/azure/query-azure-cli'";

/// The line below an error that the Azure CLI did not expect.
const ISSUES: &str = "To check existing issues, please visit: https://github.com/Azure/azure-cli/issues";

/// The reason that a result cannot be shown; its text follows `ERROR: `.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutputError {
    /// The query is no `JMESPath` expression; the parser of the command line refuses those earlier.
    #[error("Invalid JMESPath expression.")]
    Syntax,
    /// The query calls a function wrongly.
    #[error("Invalid jmespath query supplied for `--query`: {0}")]
    Query(String),
    /// The query does what the Azure CLI has no message for; it then shows a Python traceback
    /// after this text.
    #[error("The command failed with an unexpected error. Here is the traceback:\nERROR: {0}")]
    Unexpected(String),
    /// The result is larger than a page can make; the Azure CLI has no such limit.
    #[error("The result of the query is too large.")]
    TooLarge,
    /// The columns of the command do not fit the result.
    #[error(
        "Table output unavailable. Use the --query option to specify an appropriate query. Use --debug for more info."
    )]
    Table,
}

impl OutputError {
    /// Returns the line that the Azure CLI shows below the message.
    #[must_use]
    pub const fn recommendation(&self) -> Option<&'static str> {
        match self {
            Self::Syntax | Self::Query(_) => Some(QUERY_REFERENCE),
            Self::Unexpected(_) => Some(ISSUES),
            Self::TooLarge | Self::Table => None,
        }
    }
}

/// Result of a part of a query.
pub(crate) type Result<T> = std::result::Result<T, OutputError>;

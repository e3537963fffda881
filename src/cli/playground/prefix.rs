//! Lines that begin with a prefix of the playground's own: `? QUERY` and `:: NUMBER`.

use serde_json::Value;

use crate::az::exec::{OutputOptions, print_value, refusal};
use crate::ground::outcome::{Block, Outcome};
use crate::output::{OutputFormat, TableTransformer, is_query};

/// Answers `?`: a `JMESPath` query on an earlier result, which has to be JSON.
#[must_use]
pub fn query_result(result: Option<&str>, query: &str) -> Outcome {
    let value = result.and_then(|text| serde_json::from_str::<Value>(text).ok());
    let printing = OutputOptions { format: OutputFormat::Json, query: Some(query.to_owned()), has_columns: false };
    match value {
        Some(_) if !is_query(query) => {
            Outcome::refused(Vec::new(), refusal(format!("?: not a JMESPath query: {query}")))
        }
        Some(value) => print_value(Vec::new(), &value, TableTransformer::None, &printing),
        None => Outcome::refused(Vec::new(), refusal("?: there is no result above that is JSON: run az with -o json")),
    }
}

/// Answers `:: NUMBER`: shows that example of the latest help, to be run as it stands.
#[must_use]
pub fn show_example(number: &str, example: Option<&str>) -> Outcome {
    match example {
        Some(example) => Outcome::ok(vec![Block::line(example)]),
        None => Outcome::refused(
            Vec::new(),
            refusal(format!("::: the help above has no example {number}: ask for one first (az … --help)")),
        ),
    }
}

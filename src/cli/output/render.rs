//! A result, through its query and its format, as text.

use serde_json::Value;

use super::datum::Datum;
use super::error::OutputError;
use super::format::OutputFormat;
use super::query::{parse, run};
use super::transformer::TableTransformer;
use super::{json, table, tsv, yaml};
use crate::ground::rendered::Rendered;

/// Returns `true` if the text is a `JMESPath` expression.
#[must_use]
pub fn is_query(text: &str) -> bool {
    parse(text).is_some()
}

/// Evaluates a query.
///
/// # Errors
///
/// The text is no query, or a function in it does not take its arguments.
pub fn query(value: &Value, query: &str) -> Result<Value, OutputError> {
    let result = run(query, &Datum::from(value))?;
    checked(&result, OutputFormat::None)?;
    Ok(result.to_json())
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
        result = run(query, &result)?;
    }
    if format == OutputFormat::None || matches!(result, Datum::Null) {
        return Ok(Rendered::default());
    }
    // Formats that only print text do not inspect the result.
    if !matches!(format, OutputFormat::Tsv | OutputFormat::Table) {
        checked(&result, format)?;
    }
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

/// Refuses a result that contains an unevaluated expression, which no format can show.
fn checked(result: &Datum, format: OutputFormat) -> Result<(), OutputError> {
    let is_data = result.all(&mut |part| !matches!(part, Datum::Expression(_)));
    if is_data {
        return Ok(());
    }
    let complaint = match (result, format) {
        // JSON looks into a result before it writes it.
        (Datum::Expression(_), OutputFormat::Json | OutputFormat::Jsonc) => "'_Expression' object is not iterable",
        _ => "Object of type _Expression is not JSON serializable",
    };
    Err(OutputError::Unexpected(complaint.to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn queries_that_fail() {
        let unexpected = "The command failed with an unexpected error. Here is the traceback:\nERROR: ";
        let invalid = "Invalid jmespath query supplied for `--query`: ";
        let pools = json!([{"name": "a", "count": 1}, {"name": null, "count": 2}]);
        for (query_text, prefix, message) in [
            ("nofunc(@)", invalid, "Unknown function: nofunc()"),
            ("length()", invalid, "Expected 1 argument for function length(), received 0"),
            ("join('')", invalid, "Expected 2 arguments for function join(), received 1"),
            ("not_null()", invalid, "Expected at least 1 argument for function not_null(), received 0"),
            (
                "sum([].name)",
                invalid,
                "In function sum(), invalid type for value: a, expected one of: ['array-number'], received: \"str\"",
            ),
            (
                "max([0])",
                invalid,
                "In function max(), invalid type for value: {'name': 'a', 'count': 1}, \
                 expected one of: ['array-number', 'array-string'], received: \"object\"",
            ),
            (
                "sort_by([], &name)",
                invalid,
                "In function sort_by(), invalid type for value: None, expected one of: ['string'], received: \"null\"",
            ),
            ("[?count > '3']", unexpected, "'>' not supported between instances of 'int' and 'str'"),
            ("[::0]", unexpected, "slice step cannot be zero"),
            ("&count", unexpected, "Object of type _Expression is not JSON serializable"),
        ] {
            let error = query(&pools, query_text).expect_err(query_text);
            assert_eq!(error.to_string(), format!("{prefix}{message}"), "{query_text}");
        }
    }

    #[test]
    fn queries_end() {
        let value = json!([1, 2, {"a": "b"}]);
        for part in [
            "[@,@]|",
            "[@,@][]|",
            "[@,@][*].",
            "join('',[to_string(@),to_string(@)])|",
            "{a:@,b:@}.*|",
            "map(&[@,@],@)|[@,@]|",
        ] {
            let text = format!("{}[@]", part.repeat(30));
            assert_eq!(query(&value, &text), Err(OutputError::TooLarge), "{part}");
        }
        for deep in ["(", "!", "[", "a.", "a||"] {
            assert!(!is_query(&format!("{}a", deep.repeat(100_000))), "{deep}");
        }
    }

    #[test]
    fn only_queries_keep_their_order() {
        let pool = json!({"name": "a", "count": 1, "mode": null, "tags": {}});
        for (format, query, expected) in [
            (OutputFormat::Tsv, None, "1\tNone\ta\t\n"),
            (OutputFormat::Tsv, Some("@"), "1\tNone\ta\t\n"),
            (OutputFormat::Tsv, Some("{name:name,count:count}"), "a\t1\n"),
            (OutputFormat::Table, None, "Count    Name\n-------  ------\n1        a\n"),
            (OutputFormat::Table, Some("@"), "Name    Count\n------  -------\na       1\n"),
            (OutputFormat::Json, Some("mode"), ""),
            (OutputFormat::Yaml, Some("[tags,tags]"), "- &id001 {}\n- *id001\n"),
            (OutputFormat::Yaml, Some("[{a:tags},tags]"), "- a: {}\n- {}\n"),
        ] {
            let rendered = render(&pool, format, query, TableTransformer::None).expect("a result");
            assert_eq!(rendered.text(), expected, "{format:?} {query:?}");
        }
    }

    #[test]
    fn colours() {
        let pool = json!({"name": "a b", "count": 5});
        let end = "\x1b[39;49;00m";
        let jsonc = format!(
            "{{\x1b[37m{end}\n\x1b[37m  {end}\x1b[94m\"count\"{end}:\x1b[37m {end}\x1b[34m5{end},\x1b[37m{end}\n\
             \x1b[37m  {end}\x1b[94m\"name\"{end}:\x1b[37m {end}\x1b[33m\"a b\"{end}\x1b[37m{end}\n}}\x1b[37m{end}\n"
        );
        let yamlc = format!(
            "\x1b[94mcount{end}:\x1b[37m {end}5\x1b[37m{end}\n\x1b[94mname{end}:\x1b[37m {end}a b\x1b[37m{end}\n"
        );
        for (format, plain, expected) in
            [(OutputFormat::Jsonc, OutputFormat::Json, jsonc), (OutputFormat::Yamlc, OutputFormat::Yaml, yamlc)]
        {
            let coloured = render(&pool, format, None, TableTransformer::None).expect("a result");
            let plain = render(&pool, plain, None, TableTransformer::None).expect("a result");
            assert_eq!(coloured.ansi(), expected);
            assert_eq!(coloured.text(), plain.text());
            assert_eq!(coloured.spans().map(|span| span.text).collect::<String>(), coloured.text());
            assert_eq!(plain.ansi(), plain.text());
        }
    }
}

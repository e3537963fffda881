//! "Did you mean": the closest of several words, as Python's `difflib` measures closeness.
//!
//! The Azure CLI suggests with `difflib.get_close_matches(…, cutoff=0.7)`; any other measure would
//! suggest other words on the same slip.

/// The smallest ratio at which the Azure CLI suggests a word.
const CUTOFF: f64 = 0.7;

/// Returns the choice closest to the word, if any is close enough. Of equally close ones the greater
/// wins, as in Python, where ratio and text are compared together.
pub fn closest<'a>(word: &str, choices: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.chars().collect();
    let mut best: Option<(f64, &str)> = None;
    for choice in choices {
        let ratio = ratio(&choice.chars().collect::<Vec<_>>(), &word);
        if ratio >= CUTOFF && best.is_none_or(|known| (ratio, choice) > known) {
            best = Some((ratio, choice));
        }
    }
    best.map(|(_, choice)| choice)
}

/// Computes `difflib.SequenceMatcher(None, a, b).ratio()`: twice the matching characters over all of them.
#[allow(clippy::cast_precision_loss, reason = "words are short")]
fn ratio(a: &[char], b: &[char]) -> f64 {
    let total = a.len() + b.len();
    if total == 0 { 1.0 } else { 2.0 * matching(a, b, &frequent(b)) as f64 / total as f64 }
}

/// Returns the characters that `difflib` ignores as starting points because they are too frequent:
/// those that make up more than a hundredth of a text of 200 characters or more.
fn frequent(b: &[char]) -> Vec<char> {
    if b.len() < 200 {
        return Vec::new();
    }
    let limit = b.len() / 100 + 1;
    let mut sorted = b.to_vec();
    sorted.sort_unstable();
    sorted.chunk_by(|x, y| x == y).filter(|run| run.len() > limit).filter_map(|run| run.first().copied()).collect()
}

/// Counts the characters in the longest common block and, recursively, on both sides of it.
fn matching(a: &[char], b: &[char], ignored: &[char]) -> usize {
    let mut total = 0;
    // An explicit stack, because a pasted word may be long.
    let mut parts = vec![(a, b)];
    while let Some((a, b)) = parts.pop() {
        let (start_a, start_b, length) = longest_block(a, b, ignored);
        if length == 0 {
            continue;
        }
        total += length;
        parts.push((a.get(..start_a).unwrap_or_default(), b.get(..start_b).unwrap_or_default()));
        let rest = (a.get(start_a + length..), b.get(start_b + length..));
        parts.push((rest.0.unwrap_or_default(), rest.1.unwrap_or_default()));
    }
    total
}

/// Finds the longest block that both contain: its starts and its length. The earliest in `a` wins, then
/// the earliest in `b`.
fn longest_block(a: &[char], b: &[char], ignored: &[char]) -> (usize, usize, usize) {
    let mut best = (0, 0, 0);
    let mut lengths = vec![0_usize; b.len() + 1];
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![0_usize; b.len() + 1];
        for (j, y) in b.iter().enumerate() {
            if x != y || ignored.contains(y) {
                continue;
            }
            let length = lengths.get(j).copied().unwrap_or(0) + 1;
            if let Some(slot) = row.get_mut(j + 1) {
                *slot = length;
            }
            if length > best.2 {
                best = (i + 1 - length, j + 1 - length, length);
            }
        }
        lengths = row;
    }
    // Frequent characters do not start a block but may extend one.
    while best.0 > 0 && best.1 > 0 && a.get(best.0 - 1) == b.get(best.1 - 1) && best.2 > 0 {
        best = (best.0 - 1, best.1 - 1, best.2 + 1);
    }
    while best.2 > 0 {
        match (a.get(best.0 + best.2), b.get(best.1 + best.2)) {
            (Some(x), Some(y)) if x == y => best.2 += 1,
            _ => break,
        }
    }
    best
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_is_that_of_difflib() {
        let cases = [
            ("operation-abort", "operation", 0.75),
            ("start", "restart", 10.0 / 12.0),
            ("abcd", "bcde", 0.75),
            ("", "", 1.0),
            ("abc", "", 0.0),
            ("qabxcd", "abycdf", 2.0 * 4.0 / 12.0),
        ];
        for (a, b, expected) in cases {
            let actual = ratio(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>());
            assert!((actual - expected).abs() < 1e-12, "{a} {b}: {actual}");
        }
    }

    #[test]
    fn the_closest_is_suggested_and_only_if_close() {
        assert_eq!(closest("nodepol", ["nodepool", "machine"]), Some("nodepool"));
        assert_eq!(closest("stop", ["Delete", "Deallocate"]), None);
        assert_eq!(closest("dealloc", ["Delete", "Deallocate"]), Some("Deallocate"));
        assert_eq!(closest("xx", []), None);
    }
}

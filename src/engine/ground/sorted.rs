//! Stepping through a sorted list in parallel with another one.

/// Drops the entries before a key from a list that is sorted by it; returns the entry with that key, if
/// there is one.
pub(crate) fn advance_to<'a, T, K: Copy + PartialOrd>(
    list: &mut &'a [T],
    key: impl Fn(&T) -> K,
    wanted: K,
) -> Option<&'a T> {
    while let [first, rest @ ..] = *list
        && key(first) < wanted
    {
        *list = rest;
    }
    list.first().filter(|first| key(first) == wanted)
}

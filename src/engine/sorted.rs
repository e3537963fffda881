//! Going through a sorted list beside another one.

/// Drops what comes before a key from a list that is sorted by it; gives what has the key, if the list has it.
pub(super) fn advance_to<'a, T, K: Copy + PartialOrd>(
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

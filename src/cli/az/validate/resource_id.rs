//! Recognition of Azure resource IDs.

/// Returns `true` if the text is the ID of a subscription, a resource group or a resource below one.
///
/// Letter case does not matter: `/subscriptions/S[/resourceGroups/G][/providers/N/TYPE/NAME[/TYPE/NAME…]]`.
#[must_use]
pub fn is_resource_id(text: &str) -> bool {
    let Some(path) = text.strip_prefix('/') else { return false };
    let segments: Vec<&str> = path.split('/').collect();
    let is = |index: usize, word: &str| segments.get(index).is_some_and(|found| found.eq_ignore_ascii_case(word));
    let is_filled = |index: usize| segments.get(index).is_some_and(|found| !found.is_empty());
    if !(is(0, "subscriptions") && is_filled(1)) {
        return false;
    }
    let mut at = 2;
    if is(at, "resourceGroups") && is_filled(at + 1) {
        at += 2;
    }
    if at == segments.len() {
        return true;
    }
    // The type may be empty; the namespace and the name may not.
    if !(is(at, "providers") && is_filled(at + 1) && is_filled(at + 3)) {
        return false;
    }
    at += 4;
    while at < segments.len() {
        let length = if is(at, "providers") && is_filled(at + 1) && is_filled(at + 3) { 4 } else { 2 };
        if !is_filled(at + length - 1) {
            return false;
        }
        at += length;
    }
    true
}

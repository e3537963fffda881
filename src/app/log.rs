//! State that outlives the page view: the command log, for a reload or a restart, and the history.
//!
//! All of it in the browser's own store and none of it needed: where there is no store, the
//! page starts empty.

use std::cell::RefCell;

use super::browser;

const HISTORY_KEY: &str = "scale-down.history";
/// Key of the command log. Also read by the crash panel, and written when the page is left: see `www/crash.js` and
/// `www/panels.js`.
const LOG_KEY: &str = "scale-down.log";

/// Lines of history that are kept.
const HISTORY_MAX: usize = 200;

thread_local! {
    static LOG: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Notes the script of the run so far, for the crash panel: when it is needed, the session can no
/// longer be asked. Only a page of its own keeps it for the next visit; an embed is one of many.
pub fn keep(script: String, is_for_next_visit: bool) {
    if is_for_next_visit {
        browser::save(LOG_KEY, &script);
    }
    LOG.set(script);
}

/// Returns the script of the run that was left.
#[must_use]
pub fn stored() -> Option<String> {
    browser::load(LOG_KEY).filter(|script| !script.is_empty())
}

/// Returns the script last noted.
#[must_use]
pub fn kept() -> String {
    LOG.try_with(|log| log.try_borrow().map(|log| log.clone()).unwrap_or_default()).unwrap_or_default()
}

/// Lines of earlier visits, oldest first.
#[must_use]
pub fn history() -> Vec<String> {
    let stored = browser::load(HISTORY_KEY).unwrap_or_default();
    stored.split('\u{1e}').filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Appends to the history, unless it repeats the line before.
pub fn remember(history: &mut Vec<String>, text: &str) {
    let text = text.trim();
    if text.is_empty() || history.last().is_some_and(|last| last == text) {
        return;
    }
    history.push(text.to_owned());
    let surplus = history.len().saturating_sub(HISTORY_MAX);
    history.drain(..surplus);
    browser::save(HISTORY_KEY, &history.join("\u{1e}"));
}

//! The prompt: history, completion, ghost text and reverse search around one text area.
//!
//! A value of its own beside the page's component. Its messages are taken while the event that
//! sends them is still being dispatched: a rendering that comes between a key and its effect would
//! put old text under a fast typist's fingers. So it writes the text area itself, and answers with
//! an [`Effect`] where something beyond the prompt is asked for.

use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlTextAreaElement, InputEvent};
use yew::prelude::*;

use super::keys::Action;
use super::line;
use crate::browser;
use scale_down_cli::ground::candidate::{self, Candidate, Completion};
use scale_down_cli::shell;

/// An effect of a message beyond the prompt, for the page to apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Run these lines, or answer the open question with them; the text may be empty.
    Run(String),
    /// Stop waiting.
    Interrupt,
    /// Hide the transcript so far.
    Clear,
}

/// Completions of a command at a byte offset.
pub type Completer<'a> = &'a dyn Fn(&str, usize) -> Completion;

/// Messages of the prompt.
#[derive(Debug)]
pub enum Msg {
    /// Text was typed.
    Typed(InputEvent),
    /// The caret moved.
    Moved,
    /// A key asked for something.
    Do(Action),
    /// The menu's candidate was clicked.
    Take(usize),
    /// The search text changed.
    Sought(String),
    /// The search moves to the match before.
    SeekOn,
    /// The search is over; whether its match is taken.
    SeekEnd(bool),
}

/// The line editor.
#[derive(Debug, Default)]
pub struct Prompt {
    /// Lines run so far, oldest first.
    pub history: Vec<String>,
    pub(super) input: NodeRef,
    pub(super) seek_input: NodeRef,
    pub(super) text: String,
    pub(super) ghost: String,
    pub(super) menu: Option<Menu>,
    /// Place in the history, from the newest, and what was typed before going there.
    recalled: Option<(usize, String)>,
    /// The word that Alt-. inserted: of which line, counted from the newest, and where.
    inserted: Option<(usize, std::ops::Range<usize>)>,
    pub(super) seek: Option<HistorySearch>,
    /// Escape was the key before.
    pub(super) leaving: bool,
    /// The key before starts a new line; a touch keyboard sends no key with its line break.
    pub(super) newline_wanted: bool,
    /// Caret, in UTF-16 units, for a text area that does not show the text yet.
    caret: Option<usize>,
    focus: Option<Focus>,
    reveal_chosen: bool,
}

#[derive(Debug)]
pub(super) struct Menu {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) candidates: Vec<Candidate>,
    pub(super) chosen: Option<usize>,
}

#[derive(Debug, Default)]
pub(super) struct HistorySearch {
    pub(super) query: String,
    /// Number of matches to pass over, from the newest.
    pub(super) skip: usize,
}

/// The element that the next rendering puts the focus on.
#[derive(Clone, Copy, Debug)]
enum Focus {
    Line,
    Search,
}

/// Most candidates in the menu; nobody reads more.
const CANDIDATES_MAX: usize = 60;

impl Prompt {
    /// Creates a prompt that remembers lines.
    #[must_use]
    pub fn new(history: Vec<String>) -> Self {
        Self { history, ..Self::default() }
    }

    /// Puts in what was typed before the page was ready.
    pub fn take_over(&mut self, typed: &HtmlTextAreaElement) {
        self.put(typed.value());
        self.focus = browser::has_focus(typed).then_some(Focus::Line);
    }

    /// Takes a message.
    pub fn update(&mut self, msg: Msg, complete: Completer<'_>) -> Option<Effect> {
        self.leaving = matches!(msg, Msg::Do(Action::Escape));
        if !matches!(msg, Msg::Do(Action::LastWord)) {
            self.inserted = None;
        }
        let effect = self.take_message(msg, complete);
        self.show();
        effect
    }

    /// Writes text and caret into the text area, if they are not what was typed there.
    fn show(&mut self) {
        let Some(input) = self.input.cast::<HtmlTextAreaElement>() else { return };
        if let Some(caret) = self.caret.take() {
            let caret = u32::try_from(caret).unwrap_or(u32::MAX);
            input.set_value(&self.text);
            let _ = input.set_selection_range(caret, caret);
        }
    }

    /// Moves the focus to where the last message wants it.
    pub fn rendered(&mut self) {
        self.show();
        let target = match self.focus.take() {
            Some(Focus::Line) => self.input.cast::<HtmlElement>(),
            Some(Focus::Search) => self.seek_input.cast::<HtmlElement>(),
            None => None,
        };
        if let Some(target) = target {
            // Focus is a courtesy; a page that may not take it goes on.
            let _ = target.focus();
        }
        if std::mem::take(&mut self.reveal_chosen)
            && let Some(chosen) = browser::element("candidate-chosen")
        {
            chosen.scroll_into_view_with_bool(false);
        }
    }

    fn take_message(&mut self, msg: Msg, complete: Completer<'_>) -> Option<Effect> {
        match msg {
            Msg::Typed(event) => {
                let input = event.target_dyn_into::<HtmlTextAreaElement>()?;
                let wanted = std::mem::take(&mut self.newline_wanted);
                if !wanted && is_send_key(&event) && !shell::is_continued(&self.text) {
                    return Some(self.run());
                }
                self.text = input.value();
                self.recalled = None;
                self.guess(complete);
            }
            Msg::Moved => self.guess(complete),
            Msg::Do(action) => return self.act(action, complete),
            Msg::Take(place) => {
                if let Some(menu) = &mut self.menu {
                    menu.chosen = Some(place);
                }
                self.take_chosen();
                self.focus = Some(Focus::Line);
            }
            Msg::Sought(query) => self.seek = Some(HistorySearch { query, skip: 0 }),
            Msg::SeekOn => self.seek_on(),
            Msg::SeekEnd(take) => {
                let found = self.found().filter(|_| take).map(str::to_owned);
                if let Some(found) = found {
                    self.put(found);
                }
                self.seek = None;
                self.focus = Some(Focus::Line);
            }
        }
        None
    }

    fn act(&mut self, action: Action, complete: Completer<'_>) -> Option<Effect> {
        match action {
            Action::Run => return Some(self.run()),
            Action::Complete => self.complete(complete),
            Action::MenuNext => self.step_menu(true),
            Action::MenuBack => self.step_menu(false),
            Action::MenuTake => self.take_chosen(),
            Action::Escape => {
                self.menu = None;
                self.ghost.clear();
            }
            Action::HistoryBack => self.recall(true),
            Action::HistoryForward => self.recall(false),
            Action::TakeGhost => {
                let text = format!("{}{}", self.text, self.ghost);
                self.put(text);
                self.guess(complete);
            }
            Action::Clear => return Some(Effect::Clear),
            Action::Interrupt => {
                self.put(String::new());
                return Some(Effect::Interrupt);
            }
            Action::LastWord => self.insert_last_word(),
            Action::Search => {
                self.seek = Some(HistorySearch::default());
                self.focus = Some(Focus::Search);
            }
        }
        None
    }

    fn run(&mut self) -> Effect {
        let text = std::mem::take(&mut self.text);
        self.put(String::new());
        Effect::Run(text)
    }

    /// Replaces the whole text and puts the caret at its end.
    pub fn put(&mut self, text: String) {
        self.caret = Some(line::utf16_offset(&text, text.len()));
        self.text = text;
        self.ghost.clear();
        self.menu = None;
        self.recalled = None;
    }

    fn caret(&self) -> usize {
        let input = self.input.cast::<HtmlTextAreaElement>();
        let caret = input.and_then(|input| input.selection_end().ok().flatten());
        caret.map_or(self.text.len(), |caret| {
            line::byte_offset(&self.text, usize::try_from(caret).unwrap_or(usize::MAX))
        })
    }

    /// Completions at the caret, spans counted in the whole text.
    fn completion(&self, complete: Completer<'_>) -> Menu {
        let caret = self.caret();
        let start = shell::line_start(&self.text, caret);
        let command = self.text.get(start..).unwrap_or_default();
        let found = complete(command, caret - start);
        let mut candidates = found.candidates;
        candidates.truncate(CANDIDATES_MAX);
        Menu { start: start + found.replace.start, end: start + found.replace.end, candidates, chosen: None }
    }

    /// Updates the ghost text after typing, and the menu if it is open.
    fn guess(&mut self, complete: Completer<'_>) {
        self.ghost.clear();
        let behind = self.caret() == self.text.len();
        let typing = !self.text.trim().is_empty();
        let was_open = self.menu.take().is_some();
        if !typing {
            return;
        }
        let remembered = self.history.iter().rev().find_map(|line| line.strip_prefix(&self.text));
        if behind && let Some(rest) = remembered {
            rest.clone_into(&mut self.ghost);
        }
        if !was_open && (!behind || !self.ghost.is_empty()) {
            return;
        }
        let menu = self.completion(complete);
        let typed = self.text.get(menu.start..).unwrap_or_default();
        if behind
            && self.ghost.is_empty()
            && !typed.is_empty()
            && let Some(rest) = menu.candidates.first().and_then(|first| first.text.strip_prefix(typed))
        {
            rest.clone_into(&mut self.ghost);
        }
        if was_open && !menu.candidates.is_empty() {
            self.menu = Some(menu);
        }
    }

    /// Handles Tab: inserts the only candidate, or inserts the beginning that all have in common and opens the menu.
    fn complete(&mut self, complete: Completer<'_>) {
        let mut menu = self.completion(complete);
        let typed = self.text.get(menu.start..menu.end).unwrap_or_default();
        if menu.candidates.len() == 1 {
            menu.chosen = Some(0);
            self.menu = Some(menu);
            self.take_chosen();
            return;
        }
        let common = candidate::common_prefix(&menu.candidates);
        if common.len() > typed.len() && common.starts_with(typed) {
            let common = common.to_owned();
            self.replace(menu.start, menu.end, &common);
            menu.end = menu.start + common.len();
        }
        self.ghost.clear();
        self.menu = (!menu.candidates.is_empty()).then_some(menu);
    }

    fn take_chosen(&mut self) {
        let Some(menu) = self.menu.take() else { return };
        let chosen = menu.chosen.and_then(|place| menu.candidates.get(place));
        if let Some(candidate) = chosen {
            let gap = if self.text.get(menu.end..).unwrap_or_default().starts_with(' ') { "" } else { " " };
            self.replace(menu.start, menu.end, &format!("{}{gap}", candidate.text));
        }
        self.ghost.clear();
    }

    fn replace(&mut self, start: usize, end: usize, with: &str) {
        let before = self.text.get(..start).unwrap_or_default();
        let after = self.text.get(end..).unwrap_or_default();
        let text = format!("{before}{with}{after}");
        self.caret = Some(line::utf16_offset(&text, start + with.len()));
        self.text = text;
    }

    fn step_menu(&mut self, forward: bool) {
        if let Some(menu) = &mut self.menu {
            let count = menu.candidates.len();
            let next = match (menu.chosen, forward) {
                (None, true) => 0,
                (None, false) => count.saturating_sub(1),
                (Some(at), true) => (at + 1) % count.max(1),
                (Some(at), false) => at.checked_sub(1).unwrap_or(count.saturating_sub(1)),
            };
            menu.chosen = Some(next);
            self.reveal_chosen = true;
        }
    }

    fn recall(&mut self, back: bool) {
        let history = &self.history;
        let (at, draft) = match (self.recalled.take(), back) {
            (None, true) => (Some(0), self.text.clone()),
            (None, false) => return,
            (Some((at, draft)), true) => (Some((at + 1).min(history.len().saturating_sub(1))), draft),
            (Some((at, draft)), false) => (at.checked_sub(1), draft),
        };
        let line = match at {
            Some(at) => history.iter().rev().nth(at).cloned(),
            None => Some(draft.clone()),
        };
        if let Some(line) = line {
            self.put(line);
            self.recalled = at.map(|at| (at, draft));
        }
    }

    fn insert_last_word(&mut self) {
        let (nth, range) = match self.inserted.take() {
            Some((nth, range)) => (nth + 1, range),
            None => (0, self.caret()..self.caret()),
        };
        let words = self.history.iter().rev().filter_map(|line| shell::last_word(line)).map(str::to_owned);
        // Past the oldest line, the word stays.
        let Some((nth, word)) = words.enumerate().take(nth + 1).last() else { return };
        self.replace(range.start, range.end, &word);
        self.inserted = Some((nth, range.start..range.start + word.len()));
        self.ghost.clear();
        self.menu = None;
    }

    /// Returns the line of the history that the search has found.
    pub(super) fn found(&self) -> Option<&str> {
        let seek = self.seek.as_ref().filter(|seek| !seek.query.is_empty())?;
        let mut matches = self.history.iter().rev().filter(|line| line.contains(&seek.query));
        matches.nth(seek.skip).map(String::as_str)
    }

    /// Moves the search to the next older match, or after the oldest to the newest.
    fn seek_on(&mut self) {
        if let Some(seek) = &mut self.seek {
            seek.skip += 1;
        }
        if self.found().is_none()
            && let Some(seek) = &mut self.seek
        {
            seek.skip = 0;
        }
    }
}

/// A touch keyboard's send key arrives as a line break without a key event.
fn is_send_key(event: &InputEvent) -> bool {
    event.has_type::<InputEvent>()
        && event.input_type() == "insertLineBreak"
        && browser::matches_media("(pointer: coarse)")
}

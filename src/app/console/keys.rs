//! The key bindings of the prompt.
//!
//! Decided apart from the component because a key must be claimed while its event is still
//! being dispatched, before any state changes; being pure, the whole table is tested natively.

/// An action of the prompt that a key triggers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Run what is typed.
    Run,
    /// Complete the word, or step forward in the open menu.
    Complete,
    /// Step in the open menu.
    MenuNext,
    /// Step back in the open menu.
    MenuBack,
    /// Take the chosen candidate.
    MenuTake,
    /// Close the menu; the next Tab leaves the prompt.
    Escape,
    /// The line before in the history.
    HistoryBack,
    /// The line after in the history.
    HistoryForward,
    /// Take the ghost text.
    TakeGhost,
    /// Hide the transcript so far.
    Clear,
    /// Stop waiting and drop the line.
    Interrupt,
    /// Search the history backwards.
    Search,
    /// Insert the last word of the line before; again, of the one before that.
    LastWord,
}

/// The state of the prompt that decides which action a key has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one question that a key asks")]
pub struct PromptState {
    /// The text is empty or white space.
    pub empty: bool,
    /// The text ends with a continuation: an odd number of backslashes.
    pub continued: bool,
    /// The caret is in the first line.
    pub first_line: bool,
    /// The caret is in the last line.
    pub last_line: bool,
    /// The caret is behind everything.
    pub at_end: bool,
    /// Text is selected, here or elsewhere on the page.
    pub selection: bool,
    /// The menu is open.
    pub menu: bool,
    /// A candidate is chosen in it.
    pub chosen: bool,
    /// There is ghost text.
    pub ghost: bool,
    /// Escape was the key before, so that Tab leaves the prompt.
    pub leaving: bool,
}

/// A key with its modifiers.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "the four modifiers of a key")]
pub struct Key<'a> {
    /// As `KeyboardEvent.key`.
    pub name: &'a str,
    /// Ctrl, not Cmd: Cmd belongs to the browser.
    pub ctrl: bool,
    /// Shift.
    pub shift: bool,
    /// Alt.
    pub alt: bool,
    /// Meta.
    pub other: bool,
}

/// Returns the action of a key, or `None` where the browser's own is wanted.
#[must_use]
pub fn action(key: Key<'_>, state: PromptState) -> Option<Action> {
    if key.other || key.alt {
        // With Alt, the key of the full stop writes another character on some keyboards.
        let is_last_word = key.alt && !key.ctrl && !key.other && matches!(key.name, "." | "≥");
        return is_last_word.then_some(Action::LastWord);
    }
    if key.ctrl {
        return match key.name {
            "c" if !state.selection => Some(Action::Interrupt),
            "l" => Some(Action::Clear),
            "r" => Some(Action::Search),
            "p" => Some(Action::HistoryBack),
            "n" => Some(Action::HistoryForward),
            "Enter" => Some(Action::Run),
            _ => None,
        };
    }
    match (key.name, key.shift) {
        ("Tab", _) if state.leaving => None,
        ("Tab" | "ArrowDown", false) if state.menu => Some(Action::MenuNext),
        ("Tab", true) | ("ArrowUp", false) if state.menu => Some(Action::MenuBack),
        ("Tab", false) if !state.empty => Some(Action::Complete),
        ("Enter", false) if state.menu && state.chosen => Some(Action::MenuTake),
        ("Enter", false) if !state.continued => Some(Action::Run),
        ("Escape", _) => Some(Action::Escape),
        ("ArrowUp", false) if state.first_line => Some(Action::HistoryBack),
        ("ArrowDown", false) if state.last_line => Some(Action::HistoryForward),
        ("ArrowRight" | "End", false) if state.ghost && state.at_end => Some(Action::TakeGhost),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Key<'_> {
        let mut key = Key::default();
        let mut name = text;
        while let Some((modifier, rest)) = name.split_once('-') {
            match modifier {
                "ctrl" => key.ctrl = true,
                "shift" => key.shift = true,
                "alt" => key.alt = true,
                _ => key.other = true,
            }
            name = rest;
        }
        key.name = name;
        key
    }

    #[test]
    fn table() {
        let plain = PromptState { first_line: true, last_line: true, at_end: true, ..PromptState::default() };
        let check = |text: &str, state: PromptState, expected: Option<Action>| {
            assert_eq!(action(key(text), state), expected, "{text} {state:?}");
        };
        let empty = PromptState { empty: true, ..plain };
        let menu = PromptState { menu: true, ..plain };
        let leaving = PromptState { leaving: true, ..menu };
        check("Enter", plain, Some(Action::Run));
        check("shift-Enter", plain, None);
        check("Enter", PromptState { continued: true, ..plain }, None);
        check("ctrl-Enter", PromptState { continued: true, ..plain }, Some(Action::Run));
        check("Tab", plain, Some(Action::Complete));
        check("shift-Tab", plain, None);
        check("Tab", empty, None);
        check("Tab", menu, Some(Action::MenuNext));
        check("shift-Tab", menu, Some(Action::MenuBack));
        check("Tab", leaving, None);
        check("shift-Tab", leaving, None);
        check("Enter", menu, Some(Action::Run));
        check("Enter", PromptState { chosen: true, ..menu }, Some(Action::MenuTake));
        check("Escape", plain, Some(Action::Escape));
        check("ArrowUp", plain, Some(Action::HistoryBack));
        check("ArrowUp", PromptState { first_line: false, ..plain }, None);
        check("ArrowUp", menu, Some(Action::MenuBack));
        check("ArrowDown", PromptState { last_line: false, ..plain }, None);
        check("ArrowRight", plain, None);
        check("ArrowRight", PromptState { ghost: true, ..plain }, Some(Action::TakeGhost));
        check("ArrowRight", PromptState { ghost: true, at_end: false, ..plain }, None);
        check("ctrl-c", plain, Some(Action::Interrupt));
        check("ctrl-c", PromptState { selection: true, ..plain }, None);
        check("meta-c", plain, None);
        check("alt-.", plain, Some(Action::LastWord));
        check("alt-.", leaving, Some(Action::LastWord));
        check("ctrl-alt-.", plain, None);
        check("alt-c", plain, None);
        check("ctrl-r", plain, Some(Action::Search));
        check("ctrl-l", empty, Some(Action::Clear));
        check("ctrl-v", plain, None);
        check("a", plain, None);
    }
}

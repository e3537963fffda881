//! Words in the programs of `awk` and `jq`.

fn is_part(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Returns the number of letters of a text if it stands at a place of a program; a word only where it ends there, too.
pub(super) fn length_at(letters: &[char], at: usize, text: &str) -> Option<usize> {
    let length = text.chars().count();
    let stands = text.chars().enumerate().all(|(index, letter)| letters.get(at + index) == Some(&letter));
    let is_word = text.chars().all(char::is_alphabetic);
    let goes_on = is_word && letters.get(at + length).copied().is_some_and(is_part);
    (stands && !goes_on).then_some(length)
}

/// Returns the name at a place of a program; empty if none stands there.
pub(super) fn name_at(letters: &[char], at: usize) -> String {
    letters.iter().skip(at).copied().take_while(|letter| is_part(*letter)).collect()
}

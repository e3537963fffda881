//! Any script against a whole session, undo, links and completion included.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scale_down::session::{Session, SessionOptions, share};

fuzz_target!(|input: (bool, &str)| {
    let (terminal, text) = input;
    let mut session = Session::new(SessionOptions { terminal, ..SessionOptions::default() });
    session.submit(text);
    for _ in 0..50 {
        if session.is_idle() || !session.advance_to_next_event() {
            break;
        }
    }
    let _ = session.complete(text, text.len() / 2);
    let script = share::decode(&session.share().expect("a link")).expect("a link of our own");
    assert_eq!(script, session.script());
    session.undo();
    session.redo();
});

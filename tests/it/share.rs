//! Links: what they hold, how long they are, and that every one that was ever made is read.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use scale_down::session::{OpenError, Session, SessionOptions, share};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/links")
}

/// Each file is a link and, below it, the script that it holds. None of them is ever changed.
#[test]
fn links_made_once_are_read_for_ever() {
    let paths = fs::read_dir(folder()).expect("the folder of links").map(|entry| entry.expect("an entry").path());
    let mut count = 0;
    for path in paths.filter(|path| path.extension().is_some_and(|extension| extension == "link")) {
        let file = fs::read_to_string(&path).expect("a link");
        let (link, script) = file.split_once('\n').expect("a link and its script");
        assert_eq!(share::decode(link).as_deref(), Ok(script), "{}", path.display());
        // One of them would take longer than anybody may.
        let opened = Session::new(SessionOptions::default()).open(link);
        assert!(opened == Ok(()) || opened == Err(OpenError::TooMuch), "{}: {opened:?}", path.display());
        count += 1;
    }
    assert!(count >= 6, "links are missing");
}

/// Fifty-four different commands, typed with pauses that nobody can guess.
fn typed(pause_ms: impl Fn(u64) -> u64) -> Session {
    let commands = fs::read_to_string(folder().join("fifty-four.commands")).expect("commands");
    let commands: Vec<&str> = commands.lines().collect();
    assert_eq!(commands.len(), 54);
    let mut session = Session::new(SessionOptions::default());
    for (command, number) in commands.into_iter().zip(0..) {
        session.advance(pause_ms(number));
        session.submit(command);
        session.advance_until_answered();
    }
    session
}

#[test]
fn fifty_four_commands_are_less_than_600_characters() {
    let check = |what: &str, session: &Session, length_max: usize| {
        let link = session.share().expect("a link");
        assert!(link.len() < length_max, "{what}: {} characters", link.len());
        let mut copy = Session::new(SessionOptions::default());
        copy.load(&share::decode(&link).expect("our own link"));
        assert_eq!(copy.cloud().fingerprint(), session.cloud().fingerprint());
        assert_eq!(copy.transcript(), session.transcript());
    };
    check("one after the other", &typed(|_| 0), 450);
    // A person at 60 times the speed of time: up to three minutes, to the millisecond.
    check("with pauses", &typed(|number| 3_000 + number * 48_271 % 177_147), 600);
}

proptest! {
    #![proptest_config(crate::property::config(300, "tests/data/regressions/share.txt"))]

    #[test]
    fn every_script_comes_back(script in prop_oneof![
        ".{0,200}",
        prop::collection::vec(prop_oneof![
            (0..u64::MAX).prop_map(|number| format!("#@ +{number}\n")),
            (0..1000_u64).prop_map(|number| format!("#@ +{number} end\n")),
            Just("az aks nodepool list -o table\n".to_owned()),
            "[#@ +0-9a\n]{0,12}",
        ], 0..40).prop_map(|parts| parts.concat()),
    ]) {
        prop_assert_eq!(share::decode(&share::encode(&script).expect("a link")), Ok(script));
    }

    /// Whatever stands behind a tag, it is read or refused, at once.
    #[test]
    fn no_link_does_harm(tag in "#?s[12]:", packed in "[A-Za-z0-9_-]{0,200}") {
        let _ = share::decode(&format!("{tag}{packed}"));
    }

    #[test]
    fn no_bytes_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        use base64::Engine as _;
        let packed = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
        let _ = share::decode(&format!("s1:{packed}"));
        let _ = share::decode(&format!("s2:{packed}"));
    }
}

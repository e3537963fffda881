//! Runs from outside: every way to keep one gives the same run again, and none does harm.

use proptest::prelude::*;
use scale_down::session::{OpenError, Session, SessionOptions, ShareError, World};

const POOL: &str = "-g myResourceGroup --cluster-name myAKSCluster -n nodepool1";

/// A run in which everything happened that can be kept: pauses, an interrupt, another seed, a world.
fn run() -> Session {
    let world = r#"[{"id": "/subscriptions/s/resourcegroups/myResourceGroup/providers/Microsoft.ContainerService/managedClusters/myAKSCluster",
        "name": "myAKSCluster", "location": "eastus", "agentPoolProfiles": [{"name": "nodepool1", "count": 4, "scaleDownMode": "Deallocate"}]}]"#;
    let world = World::parse(world).expect("a world");
    let options = SessionOptions { seed: Some(42), strict: true, world: Some(world), ..SessionOptions::default() };
    let mut session = Session::new(options);
    session.advance(777);
    session.submit(&format!("az aks nodepool scale {POOL} -c 1\naz group list # '#@ 5'"));
    session.advance(20_000);
    session.submit("#@ 7 end\naz aks nodepool list -g myResourceGroup --cluster-name myAKSCluster -o table");
    session.interrupt();
    session.advance(123_456);
    session.submit("wait 1m; az version");
    session.advance_until_answered();
    session.advance(5);
    session
}

fn assert_same(copy: &Session, session: &Session) {
    assert_eq!(copy.now_ms(), session.now_ms());
    assert_eq!(copy.cloud().fingerprint(), session.cloud().fingerprint());
    assert_eq!(copy.transcript(), session.transcript());
    assert_eq!((copy.script(), copy.is_strict()), (session.script(), session.is_strict()));
}

#[test]
fn each_way_to_keep_a_run_gives_it_again() {
    let session = run();
    for text in [
        session.script(),
        session.to_json().to_string(),
        format!("{:#}", session.to_json()),
        session.share().expect("a link"),
    ] {
        // Whatever was there before.
        let mut copy = Session::new(SessionOptions { seed: Some(7), ..SessionOptions::default() });
        copy.submit("sim quota 5");
        assert_eq!(copy.open(&text), Ok(()), "{text}");
        assert_same(&copy, &session);
        assert!(copy.undo() && copy.undo() && copy.undo() && copy.undo() && !copy.undo());
    }
}

#[test]
fn a_script_by_hand_runs_with_the_options_at_hand() {
    let mut session = Session::new(SessionOptions { strict: true, ..SessionOptions::default() });
    assert_eq!(session.open("az aks create --cluster-name c -g g"), Ok(()));
    assert_eq!(session.transcript().first().map(|entry| entry.exit_code), Some(Some(2)));
    // One that was written from a run says that it was not strict.
    assert_eq!(session.open("#@ +0\naz aks create --cluster-name c -g g\n#@ +0 end\n"), Ok(()));
    assert!(!session.is_strict());
    assert_eq!(session.transcript().first().map(|entry| entry.exit_code), Some(Some(0)));
}

#[test]
fn what_cannot_be_opened_leaves_the_session_as_it_was() {
    let json = |items: &str| format!(r#"{{"format": "scale-down-session", "version": 1, "items": {items}}}"#);
    let check = |text: &str, expected: &str| {
        let session = run();
        let mut copy = session.clone();
        let error = copy.open(text).expect_err(&text[..text.len().min(200)]);
        assert_same(&copy, &session);
        assert!(error.to_string().starts_with(expected), "{error}");
    };
    check("#s1:AAAA", "this link is damaged");
    check("s2:AAAA", "this link is damaged");
    check("{}", "this file is no session of the playground: expected \"format\": \"scale-down-session\"");
    check("{\"format\":", "this file is no session of the playground: EOF while parsing");
    check(&json("[]").replace("1,", "9,"), "this file is no session of the playground: expected \"version\": 1");
    check(&json("5"), "this file is no session of the playground: expected \"items\", a list");
    check(&json("[5]"), "this file is no session of the playground: item 0: expected \"action\"");
    check(
        &json(r#"[{"action": "type", "at_ms": 0}]"#),
        "this file is no session of the playground: item 0: expected \"lines\"",
    );
    check(
        &json(r#"[{"action": "interrupt"}]"#),
        "this file is no session of the playground: item 0: expected \"rest_ms\" or \"at_ms\"",
    );
    check(
        &json(r#"[{"action": "interrupt", "at_ms": -1}]"#),
        "this file is no session of the playground: item 0: expected \"at_ms\", a whole number",
    );
    check(
        &json("[]").replace("\"items\"", "\"seed\": 1.5, \"items\""),
        "this file is no session of the playground: expected \"seed\"",
    );
    check(
        &json("[]").replace("\"items\"", "\"world\": {\"id\": 1}, \"items\""),
        "this file is no session of the playground: \"world\": expected {\"groups\"",
    );
    check("#@ world {\n", "the JSON ends in the middle");
    check(&"# a\n".repeat(70_000), "this holds more than the playground accepts");
    check("#@ 99999999999999\nwait 1s\n", "playing this takes more");
    check("#@ +18446744073709551615\nwait 1s\n", "playing this takes more");
    check(&"wait 365d\n".repeat(3), "playing this takes more");
}

#[test]
fn a_run_that_would_not_end_is_refused() {
    // A thousand nodes, up and down again and again.
    let pool = "-g g --cluster-name c -n p";
    let mut script = format!("sim quota 100000\naz aks nodepool add {pool} -c 1000 --max-pods 30\n");
    script.push_str(&format!("az aks nodepool scale {pool} -c 0\naz aks nodepool scale {pool} -c 1000\n").repeat(200));
    let mut session = Session::new(SessionOptions::default());
    assert_eq!(session.open(&script), Err(OpenError::TooMuch));
    assert!(session.transcript().is_empty());
}

#[test]
fn a_run_that_prints_without_end_keeps_a_part() {
    let mut session = Session::new(SessionOptions::default());
    session.submit("sim cluster g/c\naz aks nodepool add -g g --cluster-name c -n p -c 500 -o none");
    session.advance_until_answered();
    session.submit(&"az aks machine list -g g --cluster-name c --nodepool-name p\n".repeat(60));
    session.advance_until_answered();
    let sizes = |session: &Session| -> Vec<usize> {
        session.transcript().iter().skip(2).map(|entry| entry.stdout().len()).collect()
    };
    let printed: usize = sizes(&session).iter().sum();
    assert!((4 << 20..=8 << 20).contains(&printed), "{printed}");
    // The oldest output goes, and says so; the latest is whole.
    let [.., size] = *sizes(&session) else { panic!("lines") };
    let kept = sizes(&session).iter().filter(|found| **found == size).count();
    assert_eq!(sizes(&session), [vec![0; 60 - kept], vec![size; kept]].concat());
    let first = &session.transcript()[2];
    assert!(first.stderr().contains("NOTE: The output is not kept any more"), "{}", first.stderr());
    assert!(session.transcript().iter().all(|entry| entry.exit_code == Some(0)));
    let end_ms = session.now_ms();
    session.seek(0);
    session.seek(end_ms);
    assert_eq!(sizes(&session), [vec![0; 60 - kept], vec![size; kept]].concat());
}

#[test]
fn lines_that_do_too_much_at_once_are_stopped() {
    let mut session = Session::new(SessionOptions::default());
    session.submit("sim cluster g/c\naz aks nodepool add -g g --cluster-name c -n p -c 500 -o none");
    session.advance_until_answered();
    // Thirty megabytes of output, and a hundred lines after it.
    session.submit(&"az aks machine list -g g --cluster-name c --nodepool-name p >/dev/null\n".repeat(200));
    let entries = &session.transcript()[2..];
    let stopped = entries.iter().position(|entry| entry.exit_code != Some(0)).expect("a line that is stopped");
    assert!((20..150).contains(&stopped), "{stopped}");
    assert!(entries[stopped].stderr().starts_with("stopped: these commands do more"), "{}", entries[stopped].stderr());
    assert!(
        entries[stopped + 1..]
            .iter()
            .all(|entry| entry.stderr().starts_with("NOTE: Not run") && entry.exit_code == Some(1))
    );
    // Another beginning has another limit.
    session.submit("az group list -o none");
    assert_eq!(session.transcript().last().and_then(|entry| entry.exit_code), Some(0));
}

#[test]
fn every_line_of_a_long_text_runs() {
    let mut session = Session::new(SessionOptions::default());
    session.submit(&"wait 1s\n".repeat(2_100));
    session.advance_until_answered();
    assert_eq!((session.transcript().len(), session.now_ms()), (2_100, 2_100_000));
    let mut copy = Session::new(SessionOptions::default());
    assert_eq!(copy.open(&session.share().expect("a link")), Ok(()));
    assert_same(&copy, &session);
}

#[test]
fn a_run_too_long_for_a_link_is_not_shared() {
    let mut session = Session::new(SessionOptions::default());
    session.submit(&"az group list --query name -o none\n".repeat(10_000));
    assert_eq!(session.share(), Err(OpenError::TooLong));
    let mut session = Session::new(SessionOptions::default());
    session.submit("wait 300d\nwait 300d");
    session.advance_until_answered();
    assert_eq!(session.share(), Err(OpenError::TooMuch));
    session.seek(5_000);
    assert_eq!(session.share(), Err(OpenError::TooMuch), "what is shared is the whole run");
}

#[test]
fn a_line_of_forty_thousand_words_is_refused_like_a_short_one() {
    // Before, the time for it grew with the square of the words: more than a minute.
    let words: Vec<String> = (0..40_000).map(|number| format!("w{number}")).collect();
    let mut session = Session::new(SessionOptions::default());
    session.submit(&format!("az aks list {}", words.join(" ")));
    let entry = session.transcript().last().expect("an entry");
    assert_eq!(entry.exit_code, Some(2));
    assert!(entry.stderr().starts_with(&format!("ERROR: unrecognized arguments: {}\n", words.join(" "))));
}

#[test]
fn addresses_are_opened() {
    let check = |text: &str, lines: usize| {
        let mut session = Session::new(SessionOptions::default());
        assert_eq!(session.open(text), Ok(()), "{text}");
        assert_eq!(session.transcript().len(), lines, "{text}");
    };
    check("#run=az%20group%20list%3Baz%20aks%20list", 2);
    check("https://example.com/playground/?embed=1#run=az%20group%20list&autorun=1", 1);
    let link = run().share().expect("a link");
    check(&format!("https://example.com/?t=5{link}"), run().transcript().len());
}

#[test]
fn a_budget_ends_what_would_go_on() {
    let mut session = Session::new(SessionOptions::default());
    let script = "sim cluster g/c\naz aks nodepool add -g g --cluster-name c -n p -c 50\nwait 30d";
    assert!(session.exec(script, 40).is_err());
    assert!(session.busy().is_none(), "the wait is given up");
    let error = session.exec("wait 300d\nwait 300d", u64::MAX).expect_err("too long");
    assert!(error.to_string().ends_with("(366 days)"), "{error}");
    assert!(session.seek_within(u64::MAX, u64::MAX).is_err());
    assert_eq!(session.exec("wait 1s", 40), Ok(()));
}

#[test]
fn errors_of_links_are_those_of_links() {
    let mut session = run();
    assert_eq!(session.open("#s1:////"), Err(OpenError::Share(ShareError::Damaged)));
    assert_eq!(session.open("#s3:abc"), Ok(()), "a comment");
}

#[test]
fn a_run_with_a_terminal_is_kept_with_it() {
    let mut session = Session::new(SessionOptions { terminal: true, ..SessionOptions::default() });
    session.submit("sim cluster g/c");
    session.submit("az aks delete -g g -n c");
    assert!(session.question().is_some());
    for text in [session.script(), session.to_json().to_string(), session.share().expect("a link")] {
        let mut copy = Session::new(SessionOptions::default());
        assert_eq!(copy.open(&text), Ok(()));
        assert_same(&copy, &session);
    }
}

#[test]
fn an_imported_cluster_begins_a_run() {
    let mut session = run();
    let world = r#"{"id": "/subscriptions/s/resourcegroups/rg/providers/Microsoft.ContainerService/managedClusters/mine",
        "name": "mine", "location": "westeurope", "agentPoolProfiles": [{"name": "p", "count": 3}]}"#;
    session.import(World::parse(world).expect("a world"));
    assert_eq!((session.now_ms(), session.transcript().len()), (0, 0));
    assert_eq!(session.cloud().clusters().len(), 1);
    let mut copy = Session::new(SessionOptions::default());
    assert_eq!(copy.open(&session.share().expect("a link")), Ok(()));
    assert_same(&copy, &session);
}

proptest! {
    #![proptest_config(crate::property::config(100, "tests/data/regressions/open.txt"))]

    /// Whatever is typed, and when, comes back from each way to keep it.
    #[test]
    fn what_is_typed_comes_back(deeds in prop::collection::vec(
        (prop_oneof![
            prop::sample::select(vec![
                "sim cluster g/c", "az aks nodepool add -g g --cluster-name c -n p -c 5", "wait 45s", "nosuch 'open", "#@ 5", "#@ | x",
                "az aks nodepool scale -g g --cluster-name c -n p -c 2 --no-wait", "A=1", "az 'a\n#@ +1\n#@ strict' b", "  ", "\r\n#@ +0\r\n",
            ]).prop_map(str::to_owned),
            "[ -~\n#@|+❄]{0,30}",
        ], 0..400_000_u64, any::<bool>()),
        0..12,
    )) {
        let mut session = Session::new(SessionOptions::default());
        for (line, pause_ms, interrupts) in &deeds {
            session.submit(line);
            session.advance(*pause_ms);
            if *interrupts {
                session.interrupt();
            }
        }
        for text in [session.script(), session.to_json().to_string(), session.share().expect("a link")] {
            let mut copy = Session::new(SessionOptions::default());
            prop_assert_eq!(copy.open(&text), Ok(()));
            prop_assert_eq!(copy.now_ms(), session.now_ms());
            prop_assert_eq!(copy.cloud().fingerprint(), session.cloud().fingerprint());
            prop_assert_eq!(copy.transcript(), session.transcript());
        }
    }

    #[test]
    fn no_text_does_harm(text in prop_oneof![
        ".{0,300}",
        "(#@ (seed|strict|world|\\+|[0-9]{1,12}|end|begin|interrupt|\\{|\\|| ){1,4}\n?){0,8}",
        r#"\{("[a-z_]{1,8}": ?(1|-1|"x"|\[\]|null),?){0,6}\}"#,
    ]) {
        let _ = Session::new(SessionOptions::default()).open(&text);
    }
}

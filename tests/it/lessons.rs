//! Every lesson that is shipped: it can be read, its solution reaches its goals, its wrong turns do not.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use proptest::prelude::*;
use scale_down::session::lesson::{FACTS, Lesson, Passage, plain, proof};
use scale_down::session::{Session, SessionOptions};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn folder() -> PathBuf {
    root().join("www/lessons")
}

/// Name and text of each file, in order of their names.
fn files() -> Vec<(String, String)> {
    let entries = fs::read_dir(folder()).expect("the folder of lessons");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name in UTF-8"));
    let mut names: Vec<String> = names.filter(|name| name != "index.txt").collect();
    names.sort();
    let read = |name: String| {
        let text = fs::read_to_string(folder().join(&name)).expect("a lesson");
        (name, text)
    };
    names.into_iter().map(read).collect()
}

fn lessons() -> Vec<(String, Lesson)> {
    let parse = |(name, text): (String, String)| {
        let lesson = Lesson::parse(&text).map_err(|error| format!("www/lessons/{name}: {error}"));
        (name, lesson.expect("a lesson that can be read"))
    };
    files().into_iter().map(parse).collect()
}

#[test]
fn every_lesson_is_sound() {
    let mut flawed = Vec::new();
    for ((name, lesson), (_, text)) in lessons().into_iter().zip(files()) {
        let flaws = proof::flaws(&lesson, &text);
        flawed.extend(flaws.iter().map(|flaw| format!("www/lessons/{name}:{}: {}", flaw.line, flaw.message)));
    }
    assert!(flawed.is_empty(), "\n{}", flawed.join("\n"));
}

/// Running every block of the text in order reaches all goals, unless the lesson leaves the way open (it has a par).
#[test]
fn the_blocks_of_the_text_lead_to_the_goals() {
    for (name, lesson) in lessons() {
        let lesson = Arc::new(lesson);
        let blocks = lesson.text.iter().filter_map(|passage| match passage {
            Passage::Run { lines, .. } => Some(lines.as_str()),
            _ => None,
        });
        let blocks: Vec<&str> = blocks.collect();
        if !lesson.par.is_empty() {
            continue;
        }
        let mut session = Session::new(SessionOptions::default());
        session.begin_lesson(&lesson).expect("a set-up");
        for block in blocks {
            run(&mut session, block);
            session.advance_until_idle();
        }
        let progress = session.progress().expect("a lesson is being taken");
        let open = progress.goals.iter().filter(|one| !one.is_reached).map(|one| plain(&one.goal.text));
        assert!(progress.finished_ms.is_some(), "www/lessons/{name}: {:?}", open.collect::<Vec<_>>());
    }
}

/// Each flaw that there can be, found where it is.
#[test]
fn flaws_are_found() {
    let sound = freeze_and_thaw_file();
    let check = |from: &str, to: &str, expected: &[(usize, &str)]| {
        let text = sound.replace(from, to);
        assert_ne!(from, to);
        let flaws = proof::flaws(&Lesson::parse(&text).expect("a lesson"), &text);
        let found: Vec<_> = flaws.iter().map(|flaw| (flaw.line, flaw.message.as_str())).collect();
        assert_eq!(found, expected, "{from} -> {to}");
    };
    check("nothing to replace", "", &[]);
    check(
        "sim cluster",
        "sim clutser",
        &[(
            5,
            "the set-up fails at 'sim clutser myResourceGroup/myAKSCluster': ERROR: sim: usage: sim cluster | load | fault | autoscaler | why | scheduler | timings | quota | fail-allocations | events (sim says more)",
        )],
    );
    check(
        "once ready == 2",
        "once ready == 9",
        &[
            (9, "the solution does not reach this goal: Two run."),
            (11, "the solution does not reach this goal: Five run again."),
        ],
    );
    check(
        "then ready == 5 and ready_cached == 3",
        "now ready == 5 and ready_cached == 4",
        &[(11, "the solution does not reach this goal: Five run again.")],
    );
    check("spent $1", "spent $0.001", &[(15, "the solution is over par: spent is $0.03 of $0.0010")]);
    check(
        "--node-count 3 --name",
        "--node-count 2 --name",
        &[(18, "this wrong turn reaches every goal: It stops at three")],
    );
    check(
        "x `az aks list`",
        "x `az aks lits`\n\n```az\n# one\naz aks list\n\nhelm list\n```",
        &[
            (3, "'az aks lits' cannot be typed: 'lits' is misspelled or not recognized by the system."),
            (9, "'helm list' cannot be typed: there is no program 'helm'"),
        ],
    );
    let once = "once pool(nodepool1)";
    let text = sound.replace("once ready == 2", once).replace("then ready == 5 and ready_cached == 3", once);
    let flaws = proof::flaws(&Lesson::parse(&text).expect("a lesson"), &text);
    assert!(flaws.iter().any(|flaw| flaw.message == "every goal is reached before anything was typed"), "{flaws:?}");
}

/// The page reads this list, because a static host cannot list a folder.
#[test]
fn the_index_lists_every_lesson_once() {
    let index = fs::read_to_string(folder().join("index.txt")).expect("the index");
    let lessons = lessons();
    let mut listed = BTreeSet::new();
    for line in index.lines() {
        let [id, title, summary] = line.split(" | ").collect::<Vec<_>>()[..] else {
            panic!("expected 'id | title | summary': {line}")
        };
        let found = lessons.iter().find(|(name, _)| *name == format!("{id}.txt"));
        let (_, lesson) = found.unwrap_or_else(|| panic!("there is no lesson {id}"));
        assert_eq!((title, summary), (lesson.title.as_str(), lesson.summary.as_str()), "{id}");
        assert!(listed.insert(id), "{id} is listed twice");
    }
    assert_eq!(listed.len(), lessons.len(), "a lesson is not listed");
}

#[test]
fn every_fact_is_documented() {
    let document = fs::read_to_string(root().join("docs/lessons.md")).expect("docs/lessons.md");
    let rows = document.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let documented: Vec<&str> = rows.map(|(name, _)| name.split('(').next().unwrap_or(name)).collect();
    let known: Vec<&str> = FACTS.iter().map(|fact| fact.name).collect();
    let documented: Vec<&str> = documented.into_iter().filter(|name| known.contains(name)).collect();
    assert_eq!(documented, known, "the table of facts and docs/lessons.md differ");
}

const POOL: &str = "--name nodepool1 --cluster-name myAKSCluster --resource-group myResourceGroup";

/// The file of a lesson with goals of all kinds.
fn freeze_and_thaw_file() -> String {
    format!(
        "title: t\n[text]\nx `az aks list`\n[set-up]\nsim cluster myResourceGroup/myAKSCluster\n\
         az aks nodepool add --node-count 5 --scale-down-mode Deallocate {POOL}\n\
         [goals]\n# Two run.\nonce ready == 2\n# Five run again.\nthen ready == 5 and ready_cached == 3\n\
         # The pool still deallocates.\nnow scale_down_mode(nodepool1) == Deallocate\n\
         [solution]\naz aks nodepool scale --node-count 2 {POOL}\naz aks nodepool scale --node-count 5 {POOL}\n\
         [wrong turn] It stops at three\n# A comment.\naz aks nodepool scale --node-count 3 {POOL}\naz aks nodepool scale --node-count 5 {POOL}\n\
         [par]\nspent $1\nelapsed 30m\n"
    )
}

fn freeze_and_thaw() -> Arc<Lesson> {
    Arc::new(Lesson::parse(&freeze_and_thaw_file()).expect("a lesson"))
}

fn begun() -> Session {
    let mut session = Session::new(SessionOptions::default());
    session.begin_lesson(&freeze_and_thaw()).expect("a set-up");
    session
}

fn run(session: &mut Session, line: &str) {
    session.submit(line);
    session.advance_until_answered();
}

/// Returns `true` for each goal that is reached, and `true` if the lesson is finished.
fn standing(session: &Session) -> (Vec<bool>, bool) {
    let progress = session.progress().expect("a lesson is being taken");
    (progress.goals.iter().map(|one| one.is_reached).collect(), progress.finished_ms.is_some())
}

#[test]
fn goals_are_reached_as_they_are_worded() {
    let mut session = begun();
    // Five nodes run, but two never have yet.
    assert_eq!(standing(&session), (vec![false, false, true], false));
    run(&mut session, &format!("az aks nodepool scale --node-count 2 {POOL}"));
    assert_eq!(standing(&session), (vec![true, false, true], false));
    run(&mut session, &format!("az aks nodepool update --scale-down-mode Delete {POOL}"));
    assert_eq!(standing(&session), (vec![true, false, false], false));
    run(&mut session, &format!("az aks nodepool scale --node-count 5 {POOL}"));
    assert_eq!(standing(&session), (vec![true, false, false], false), "three nodes were built");
    assert!(session.undo() && session.undo());
    run(&mut session, &format!("az aks nodepool scale --node-count 5 {POOL}"));
    assert_eq!(standing(&session), (vec![true, true, true], true));
    // What is finished stays so; what has to hold now does not.
    run(&mut session, &format!("az aks nodepool update --scale-down-mode Delete {POOL}"));
    assert_eq!(standing(&session), (vec![true, true, false], true));
}

#[test]
fn a_score_counts_from_the_set_up_to_the_finish() {
    let mut session = begun();
    let score = |session: &Session| session.progress().and_then(|progress| progress.score).expect("a score");
    assert_eq!(score(&session).percent, 0, "the set-up is free");
    let lesson = Arc::clone(session.lesson().expect("a lesson"));
    run(&mut session, &lesson.solution.text);
    let finished = score(&session);
    run(&mut session, "wait 10h");
    assert_eq!(score(&session), finished);
    let [spent, elapsed] = finished.measures.as_slice() else { panic!("two measures") };
    assert_eq!((spent.limit_text(), elapsed.limit_text()), ("$1.00".to_owned(), "0:30:00".to_owned()));
    assert!(spent.value > 0 && elapsed.value > 60_000, "{finished:?}");
    assert_eq!(finished.percent, u64::midpoint(spent.value / 10_000, elapsed.value / 18_000));
}

#[test]
fn nothing_leads_back_before_the_set_up() {
    let mut session = begun();
    let begun_ms = session.now_ms();
    assert!(!session.undo());
    session.seek(0);
    assert_eq!(session.now_ms(), begun_ms);
    run(&mut session, &format!("az aks nodepool scale --node-count 2 {POOL}"));
    let taken = standing(&session);
    session.reset();
    assert_eq!((session.now_ms(), session.transcript().len()), (begun_ms, 2));
    assert_ne!(standing(&session), taken);
}

#[test]
fn a_lesson_goes_on_from_its_script_and_ends_with_another() {
    let mut session = begun();
    run(&mut session, &format!("az aks nodepool scale --node-count 2 {POOL}"));
    let mut other = Session::new(SessionOptions::default());
    other.resume_lesson(&freeze_and_thaw(), &session.script()).expect("a set-up");
    assert_eq!(standing(&other), standing(&session));
    assert_eq!(other.progress(), session.progress());
    assert!(other.undo() && !other.undo());
    other.resume_lesson(&freeze_and_thaw(), "az aks list").expect("a set-up");
    assert_eq!(standing(&other), standing(&begun()), "a script that is no run of a lesson begins it");
    other.load("az aks list");
    assert_eq!(other.progress(), None);
    let before = session.clone();
    let kept = before.progress();
    let endless = freeze_and_thaw_file().replace("[goals]", &format!("{}[goals]", "wait 365d\n".repeat(3)));
    let refused = session.begin_lesson(&Arc::new(Lesson::parse(&endless).expect("a lesson")));
    assert_eq!(refused.map_err(|error| error.line), Err(5));
    assert_eq!(session.progress(), kept, "what cannot begin leaves the session as it was");
    session.leave_lesson();
    session.seek(0);
    assert_eq!((session.progress(), session.now_ms()), (None, 0));
}

/// The goals that are reached do not depend on the length of the frames that time is cut into.
#[test]
fn a_state_that_lasts_for_an_instant_is_seen() {
    let lines = format!("az aks nodepool scale --node-count 2 {POOL}; az aks nodepool scale --node-count 5 {POOL}");
    for frame_ms in [1_000, 37_000, 10_000_000] {
        let mut session = begun();
        session.submit(&lines);
        while session.busy().is_some() {
            session.advance(frame_ms);
        }
        assert_eq!(standing(&session), (vec![true, true, true], true), "{frame_ms}");
    }
}

/// Goals on time and money, which change while nothing happens, are evaluated once a minute, whatever the frames.
#[test]
fn time_and_money_are_looked_at_once_a_minute() {
    let file = freeze_and_thaw_file()
        .replace("once ready == 2", "once elapsed > 150s")
        .replace("then ready == 5 and ready_cached == 3", "then spent > $1");
    let lesson = Arc::new(Lesson::parse(&file).expect("a lesson"));
    let mut reached = Vec::new();
    for frame_ms in [7_000, 90_000, 100_000_000] {
        let mut session = Session::new(SessionOptions::default());
        session.begin_lesson(&lesson).expect("a set-up");
        let begun_ms = session.now_ms();
        while standing(&session).0 != [true, true, true] {
            session.advance(frame_ms);
        }
        let progress = session.progress().expect("a lesson is being taken");
        let since_ms = progress.goals.iter().filter_map(|one| Some(one.reached_ms? - begun_ms));
        reached.push((since_ms.collect::<Vec<_>>(), progress.score));
    }
    assert_eq!(reached[0].0[0], 180_000);
    assert!(reached.iter().all(|one| *one == reached[0]), "{reached:?}");
}

proptest! {
    #![proptest_config(crate::property::config(300, "tests/data/regressions/lessons.txt"))]

    /// Lessons come from anywhere: whatever stands in one, reading it gives a lesson or an error in
    /// a line that is there.
    #[test]
    fn no_text_breaks_the_reader(
        parts in prop::collection::vec(
            prop_oneof![
                Just("title: t\n".to_owned()),
                prop::sample::select(vec![
                    "[text]\n", "[goals]\n", "[set-up]\n", "[solution]\n", "[par]\n", "[hints]\n", "[wrong turn] x\n",
                    "```az\n", "```\n", "# goal\n", "once ready == 5\n", "then not (", "- item\n", "spent $1\n", "**", "[a](https://b)", "\n",
                ]).prop_map(str::to_owned),
                ".{0,40}\n",
            ],
            0..30,
        ),
    ) {
        let text = parts.concat();
        if let Err(error) = Lesson::parse(&text) {
            prop_assert!((1..=text.lines().count().max(1)).contains(&error.line), "{error}");
            prop_assert!(error.column >= 1 && !error.message.is_empty());
        }
    }
}

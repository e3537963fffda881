//! A played run and its replay, where they could part: at the moments of events, in the middle of waits, across
//! checkpoints, and after undo.
//!
//! What is no part of equality is aimed at, too: caches, which a checkpoint's copy begins without, and the grid of the
//! autoscaler's scans, which many small steps and few large ones must not see differently.

use proptest::prelude::*;
use scale_down::session::{Session, SessionOptions};

/// Lines of every sort that takes time: operations, waits, questions, what follows events, loads and faults.
#[rustfmt::skip]
const LINES: &[&str] = &[
    "az aks nodepool scale -g g --cluster-name c -n p -c 1", "az aks nodepool scale -g g --cluster-name c -n p -c 6 --no-wait",
    "az aks nodepool scale -g g --cluster-name c -n p -c 3 || wait 5s && az aks nodepool list -g g --cluster-name c -o table",
    "az aks nodepool add -g g --cluster-name c -n q -c 2 --enable-cluster-autoscaler --min-count 1 --max-count 6 --scale-down-mode Deallocate",
    "az aks nodepool add -g g --cluster-name c -n r -c 3 --no-wait", "az aks nodepool delete -g g --cluster-name c -n p --no-wait",
    "az aks nodepool update -g g --cluster-name c -n p --scale-down-mode Delete", "az aks nodepool upgrade -g g --cluster-name c -n p --node-image-only",
    "az aks nodepool update -g g --cluster-name c -n p --enable-cluster-autoscaler --min-count 1 --max-count 9",
    "az aks nodepool operation-abort -g g --cluster-name c --nodepool-name p", "az aks nodepool stop -g g --cluster-name c -n p --no-wait",
    "az aks nodepool start -g g --cluster-name c -n p", "az aks stop -g g -n c", "az aks start -g g -n c --no-wait",
    "az aks delete -g g -n c", "az group delete -n g --no-wait", "az group delete -n g", "y", "n", "perhaps", "", "y\nwait 3s",
    "wait 45s", "wait 10s", "wait 1s", "wait 1ms", "wait 0s", "wait 2m && wait 20s; wait 10s", "wait --until idle", "wait 10m",
    "az aks nodepool wait --created -g g --cluster-name c -n p --interval 5", "az aks wait -g g -n c --updated --timeout 60",
    "kubectl get pods --watch", "kubectl get nodes -w", "kubectl get pods -w | head -n 3", "kubectl rollout status deployment/web --timeout=90s",
    "kubectl create deployment web --image=nginx --replicas=12", "kubectl scale deployment web --replicas=40", "kubectl delete deployment web",
    "kubectl drain --all --ignore-daemonsets --force --timeout=30s", "kubectl uncordon --all", "kubectl wait --for=condition=Ready nodes --all --timeout=60s",
    "kubectl set resources deployment web --requests=cpu=500m", "kubectl delete pods --all --wait=false", "kubectl run one --image=nginx",
    "sim load wave 1 40 --every 10m", "sim load step 3 50 --after 30s", "sim load spike 2 60 --after 10s --for 90s", "sim load stop",
    "sim load steady 30 --target 50 --min 2 --max 40", "sim fault add not-ready --count 2 --for 40s", "sim fault add allocation-failed --count 3",
    "sim fault add slow-provision --for 2m", "sim fault add drain-blocked --for 1m", "sim fault add quota --at 10s --for 60s", "sim fault remove all",
    "sim autoscaler scan-interval 7s", "sim autoscaler scale-down-unneeded-time 30s", "sim autoscaler scan-interval default",
    "sim timings drain 0", "sim timings delete 0", "sim timings control-plane 0", "sim timings new-allocate 0", "sim timings pod-start 0", "sim timings pod-stop 0",
    "echo $(az aks nodepool list -g g --cluster-name c --query '[].count' -o tsv)", "N=3; sim quota 40; sim events 5", "nosuch 'open",
];

/// What runs begin with.
const BEGINNINGS: &[&str] = &[
    "",
    "sim cluster g/c\naz aks nodepool add -g g --cluster-name c -n p -c 4 --scale-down-mode Deallocate",
    "sim cluster g/c\naz aks nodepool add -g g --cluster-name c -n p -c 2 --enable-cluster-autoscaler --min-count 1 --max-count 12 --scale-down-mode Deallocate\nsim load wave 1 40 --every 10m",
];

/// Events that a deed plays at most.
const EVENTS_MAX: u32 = 3000;

#[derive(Debug, Clone)]
enum Deed {
    Type(&'static str),
    Advance(u64),
    /// Many small steps of this length.
    Creep(u32, u64),
    /// To the moment of an event.
    Events(u32),
    /// To the moment of an event, and then Ctrl-C.
    InterruptAtEvent(u32),
    Interrupt,
    Undo,
    Redo,
    Branch,
    Answered,
    /// To a part of the run, in thousandths.
    SeekPart(u64),
    /// To the moment of a recorded event, or a millisecond before or after it.
    SeekEvent(u64, u64),
    /// To the moment at which something was typed, or a millisecond before or after it.
    SeekTyped(usize, u64),
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        8 => prop::sample::select(LINES).prop_map(Deed::Type),
        2 => prop::sample::select(&[0, 1, 5000, 10_000, 45_000][..]).prop_map(Deed::Advance),
        3 => (0..400_000_u64).prop_map(Deed::Advance),
        1 => (1..200_u32, 1..40_u64).prop_map(|(times, step_ms)| Deed::Creep(times, step_ms)),
        4 => (1..60_u32).prop_map(Deed::Events),
        2 => (0..60_u32).prop_map(Deed::InterruptAtEvent),
        1 => Just(Deed::Interrupt),
        2 => Just(Deed::Undo),
        2 => Just(Deed::Redo),
        1 => Just(Deed::Branch),
        3 => Just(Deed::Answered),
        1 => (0..1000_u64).prop_map(Deed::SeekPart),
        2 => (0..100_000_u64, 0..3_u64).prop_map(|(event, off)| Deed::SeekEvent(event, off)),
        2 => (0..30_usize, 0..3_u64).prop_map(|(item, off)| Deed::SeekTyped(item, off)),
    ]
}

fn play_events(session: &mut Session, events: u32) {
    for _ in 0..events {
        session.advance_to_next_event();
    }
}

/// Plays events until every line has answered, or one asks.
fn play_until_answered(session: &mut Session) {
    for _ in 0..EVENTS_MAX {
        if session.busy().is_none() || session.question().is_some() || !session.advance_to_next_event() {
            return;
        }
    }
}

fn act(session: &mut Session, deed: &Deed) {
    match *deed {
        Deed::Type(line) => session.submit(line),
        Deed::Advance(time_ms) => session.advance(time_ms),
        Deed::Creep(times, step_ms) => (0..times).for_each(|_| session.advance(step_ms)),
        Deed::Events(events) => play_events(session, events),
        Deed::InterruptAtEvent(events) => {
            play_events(session, events);
            session.interrupt();
        }
        Deed::Interrupt => session.interrupt(),
        Deed::Undo => drop(session.undo()),
        Deed::Redo => drop(session.redo()),
        Deed::Branch => drop(session.branch()),
        Deed::Answered => play_until_answered(session),
        Deed::SeekPart(part) => session.seek(session.end_ms() / 1000 * part),
        Deed::SeekEvent(event, off) => {
            let log = session.cloud().log();
            let sequence = event % log.next_sequence().max(1);
            let at_ms = log.since(sequence).next().map(|record| record.at_ms);
            session.seek((at_ms.unwrap_or_default() + off).saturating_sub(1));
        }
        Deed::SeekTyped(item, off) => {
            let typed = session.timeline_view().typed;
            let at_ms = typed.get(item % typed.len().max(1)).map(|line| line.at_ms);
            session.seek((at_ms.unwrap_or_default() + off).saturating_sub(1));
        }
    }
}

/// Fails unless two runs are the same at this moment.
fn compare(one: &Session, other: &Session, way: &str) -> Result<(), TestCaseError> {
    prop_assert_eq!(one.now_ms(), other.now_ms(), "{}", way);
    for (one, other) in one.transcript().iter().zip(other.transcript()) {
        prop_assert_eq!(one, other, "{}", way);
    }
    prop_assert_eq!(one.transcript().len(), other.transcript().len(), "{}", way);
    if one.cloud().fingerprint() != other.cloud().fingerprint() {
        let texts = [one, other].map(|session| format!("{:#?}", session.cloud()));
        let lines = texts[0].lines().zip(texts[1].lines());
        let parted = lines.enumerate().find(|(_, (one, other))| one != other);
        prop_assert!(false, "{}: the clouds differ: {:?}", way, parted);
    }
    Ok(())
}

proptest! {
    #![proptest_config(crate::property::config(24, "tests/data/regressions/replay.txt"))]

    /// However a run came to be, its script, its JSON and its own log give the same again.
    #[test]
    fn a_replay_is_the_run_wherever_it_stands(
        beginning in prop::sample::select(BEGINNINGS),
        has_terminal in any::<bool>(),
        seed in 0..1000_u64,
        deeds in prop::collection::vec(deed(), 1..30),
    ) {
        let options = SessionOptions { seed: Some(seed), terminal: has_terminal, ..SessionOptions::default() };
        let mut session = Session::new(options.clone());
        session.submit(beginning);
        for deed in &deeds {
            act(&mut session, deed);
        }
        let now_ms = session.now_ms();
        let mut again = Session::new(SessionOptions::default());
        again.load(&session.script());
        again.seek(now_ms);
        compare(&session, &again, "its script")?;
        let mut again = session.clone();
        again.seek(0);
        again.seek(now_ms);
        compare(&session, &again, "its log")?;
        let mut again = Session::new(options);
        if again.open(&session.to_json().to_string()).is_ok() {
            again.seek(now_ms);
            compare(&session, &again, "its JSON")?;
        }
    }
}

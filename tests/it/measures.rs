//! Measures hold what the event log says, recomputed from it; money and time add up.
#![allow(clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use scale_down::engine::NodeState;
use scale_down::engine::ground::distribution::Distribution;
use scale_down::engine::kubernetes::PodPhase;
use scale_down::engine::record::{OperationStatus, RecordedEvent};
use scale_down::session::metrics::Metrics;
use scale_down::session::{Session, SessionOptions};

const POOL: &str = "-g g --cluster-name c -n p -o none";

fn session(seed: u64, lines: &[String]) -> Session {
    let mut session = Session::new(SessionOptions { seed: Some(seed), ..SessionOptions::default() });
    session.submit("sim quota 100000\nsim cluster g/c");
    for line in lines {
        session.submit(line);
        session.advance_until_answered();
    }
    session.advance(1_800_000);
    session
}

/// Recomputes the measures of machines and operations from the log, and compares them.
fn check_machines(session: &Session) {
    let found = Metrics::of(session.cloud());
    let (mut created, mut started, mut deallocated, mut deleted) = (0, 0, 0, 0);
    // When each node was asked for, and whether it was kept.
    let mut asked: BTreeMap<(String, u32), (u64, bool)> = BTreeMap::new();
    // The operation under way on each cluster or pool, by its name.
    let mut begun: BTreeMap<String, u64> = BTreeMap::new();
    let (mut new, mut cached, mut operation) = Default::default();
    let pool_of = |scale_set: &str| scale_set.split('-').nth(1).unwrap_or_default().to_owned();
    for record in session.cloud().log().since(0) {
        let node = || (record.subject.to_string(), record.instance_id.expect("a node"));
        let asked_ms = || begun.get(&pool_of(&record.subject)).copied().unwrap_or(record.at_ms);
        match record.event {
            RecordedEvent::Entered(NodeState::Creating) => {
                created += 1;
                asked.insert(node(), (asked_ms(), false));
            }
            RecordedEvent::Entered(NodeState::Starting) => {
                started += 1;
                asked.insert(node(), (asked_ms(), true));
            }
            RecordedEvent::Entered(NodeState::Deallocated) => deallocated += 1,
            RecordedEvent::Gone => deleted += 1,
            RecordedEvent::Entered(NodeState::Ready) => {
                let (asked_ms, is_cached) = asked[&node()];
                let distribution: &mut Distribution = if is_cached { &mut cached } else { &mut new };
                distribution.add(record.at_ms - asked_ms);
            }
            RecordedEvent::Operation(_, OperationStatus::Started) => {
                begun.insert(record.subject.to_string(), record.at_ms);
            }
            RecordedEvent::Operation(..) => {
                let begun_ms = begun.remove(&*record.subject).expect("an operation that began");
                let distribution: &mut Distribution = &mut operation;
                distribution.add(record.at_ms - begun_ms);
            }
            _ => {}
        }
    }
    assert_eq!((found.created, found.started), (created, started));
    assert_eq!((found.deallocated, found.deleted), (deallocated, deleted));
    assert_eq!(found.node_ready_new, new.percentiles());
    assert_eq!(found.node_ready_cached, cached.percentiles());
    assert_eq!(found.operation, operation.percentiles());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn measures_of_machines_are_those_of_the_log(
        seed in any::<u64>(),
        counts in prop::collection::vec((0..30_u32, any::<bool>()), 1..6),
        mode in prop::sample::select(vec!["Delete", "Deallocate"]),
    ) {
        let mut lines = vec![format!("az aks nodepool add {POOL} -c 5 --scale-down-mode {mode}")];
        for (count, waits) in counts {
            lines.push(format!("az aks nodepool scale {POOL} -c {count}"));
            if waits {
                lines.push("wait 20m".to_owned());
            }
        }
        check_machines(&session(seed, &lines));
    }

    #[test]
    fn measures_of_pods_are_those_of_the_pods(seed in any::<u64>(), replicas in prop::collection::vec(1..400_u32, 1..4)) {
        let range = "--enable-cluster-autoscaler --min-count 1 --max-count 60";
        let mut lines = vec![format!("az aks nodepool add {POOL} -c 1 {range}")];
        let mut wanted = 0;
        for more in replicas {
            wanted += more;
            lines.push(format!("sim load steady {wanted} --name web"));
            lines.push("wait 3m".to_owned());
        }
        let session = session(seed, &lines);
        let kubernetes = session.cloud().kubernetes(session.cloud().clusters()[0].id).expect("the cluster");
        let own = || kubernetes.pods().filter(|pod| !pod.spec.is_daemon());
        let mut expected = Distribution::default();
        own().filter(|pod| pod.phase == PodPhase::Running).for_each(|pod| expected.add(pod.since_ms - pod.created_ms));
        let found = Metrics::of(session.cloud());
        prop_assert_eq!(found.evicted_pods, 0, "every pod that ran is still there");
        prop_assert_eq!(found.pod_wait, expected.percentiles());
    }
}

#[test]
fn money_is_split_and_idle_is_what_nobody_requests() {
    let lines = |load: &str| {
        [
            format!("az aks nodepool add {POOL} -c 4 --scale-down-mode Deallocate"),
            load.to_owned(),
            "wait 100h".to_owned(),
        ]
    };
    let idle_permille = |load: &str| {
        let found = Metrics::of(session(1, &lines(load)).cloud());
        assert_eq!(found.spent_microdollars, found.compute_microdollars + found.disk_microdollars);
        assert_eq!(found.kept_disk_microdollars, 0);
        found.idle_compute_microdollars * 1000 / found.compute_microdollars
    };
    // Daemon sets request a little of each node.
    let empty = idle_permille("wait 1s");
    assert!((850..1000).contains(&empty), "{empty}");
    let busy = idle_permille("sim load steady 20 --name web --cpu 300m --memory 800Mi");
    assert!((100..450).contains(&busy), "{busy}");
}

#[test]
fn a_deleted_pool_keeps_its_measures() {
    let pool = format!("az aks nodepool add {POOL} -c 4");
    let before = Metrics::of(session(1, std::slice::from_ref(&pool)).cloud());
    let mut session = session(1, &[pool]);
    session.submit(&format!("az aks nodepool delete {}", POOL.replace(" -o none", "")));
    session.advance_until_answered();
    let after = Metrics::of(session.cloud());
    assert!(session.cloud().clusters()[0].pools.is_empty());
    assert_eq!((after.created, after.deleted), (before.created, 4));
    assert_eq!(after.node_ready_new, before.node_ready_new);
    assert!(after.spent_microdollars >= before.spent_microdollars);
    assert!(after.idle_compute_microdollars >= before.idle_compute_microdollars);
}

/// The recorded operations of the real service (tests/data/facts), and what the same lines take here at the medians.
#[test]
fn recorded_operations_take_as_long_within_a_quarter() {
    // In seconds. Of the deallocation in 2022 only the polls before and after its end are known.
    let recorded = [[170.9, 208.3], [78.6, 78.6], [98.1, 78.5]];
    let mut sums_ms = [0_u64; 3];
    for seed in 1..=20 {
        let mut session = Session::new(SessionOptions { seed: Some(seed), ..SessionOptions::default() });
        session.submit("sim cluster g/c");
        for (sum_ms, line) in sums_ms.iter_mut().zip([
            format!("az aks nodepool add {POOL} --scale-down-mode Deallocate --node-count 3"),
            format!("az aks nodepool scale {POOL} --node-count 1"),
            format!("az aks nodepool scale {POOL} --node-count 3"),
        ]) {
            let begun_ms = session.now_ms();
            session.submit(&line);
            session.advance_until_answered();
            *sum_ms += session.now_ms() - begun_ms;
        }
    }
    for (sum_ms, recorded) in sums_ms.iter().zip(recorded) {
        #[expect(clippy::cast_precision_loss, reason = "minutes in milliseconds")]
        let mean_s = *sum_ms as f64 / 20.0 / 1000.0;
        for recorded_s in recorded {
            assert!((mean_s - recorded_s).abs() <= recorded_s / 4.0, "{mean_s} s, recorded {recorded_s} s");
        }
    }
}

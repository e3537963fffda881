//! The verdict on a run: what it costs and makes wait, against the ways that it could have gone.

use super::Session;
use super::compare::{ALWAYS_ON, Change, Counterfactual, Table, Vary, VaryError};
use super::metrics::Metrics;
use super::timeline::OtherPrices;
use scale_down_engine::{ScaleDownMode, Snapshot};

/// Most ways to which a run is compared at a time.
pub const WAYS_MAX: usize = 3;

/// A run against its counterfactuals, at its present moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Name of the run: the scale-down mode of its pools, or `yours` where they differ.
    pub name: &'static str,
    /// The metrics of the run.
    pub own: Metrics,
    /// What it is held against: the ways that were chosen, or the other scale-down mode and nodes that never go. Empty
    /// without pools.
    pub against: Vec<Against>,
}

/// A counterfactual of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Against {
    /// `Delete`, `Deallocate`, `always on`, or settings such as `min-count=5`.
    pub name: String,
    /// Its metrics at the same time; `None` while they are not known yet.
    pub metrics: Option<Metrics>,
}

impl Verdict {
    /// Returns `true` if every counterfactual is known.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.against.iter().all(|against| against.metrics.is_some())
    }
}

/// A way that a run could have gone: settings to be varied together.
pub type Way = Vec<Vary>;

/// Reads ways with commas between them, at most [`WAYS_MAX`].
///
/// # Errors
///
/// A way that cannot be read, or one too many.
pub fn parse_ways(text: &str) -> Result<Vec<Way>, VaryError> {
    let ways: Vec<Way> = text.split(',').map(parse_way).collect::<Result<_, _>>()?;
    if ways.len() > WAYS_MAX { Err(VaryError::TooMany) } else { Ok(ways) }
}

/// Reads a way: `Delete`, `Deallocate`, `always-on`, or `KEY=VALUE` as [`Vary::parse`] takes them; `+` joins several.
///
/// # Errors
///
/// A setting that cannot be varied, or a value that it cannot have.
pub fn parse_way(text: &str) -> Result<Way, VaryError> {
    let setting = |part: &str| match part.split_once('=') {
        Some((key, value)) => Vary::parse(key.trim(), value.trim()),
        None => Vary::parse("scale-down-mode", part.trim()),
    };
    text.split('+').map(setting).collect()
}

/// Returns the name of a way for people.
fn name(way: &[Vary]) -> String {
    let of_one = |vary: &Vary| match vary.name().strip_prefix("scale-down-mode=") {
        Some(ALWAYS_ON) => "always on".to_owned(),
        Some(mode) => mode.to_owned(),
        None => vary.name(),
    };
    way.iter().map(of_one).collect::<Vec<_>>().join(", ")
}

/// The counterfactuals of a run.
#[derive(Debug, Clone, Default)]
pub(super) struct Counterfactuals {
    /// The ways that were chosen; the usual ones if none were.
    chosen: Option<Vec<Way>>,
    list: Vec<Counterfactual>,
}

impl Counterfactuals {
    /// Returns the same ways, with nothing played.
    pub fn begin_anew(&self) -> Self {
        Self { chosen: self.chosen.clone(), list: Vec::new() }
    }

    /// Returns the prices of the first way, as far as it was played.
    pub fn prices(&self) -> Option<OtherPrices> {
        self.list.first().map(|one| one.prices(name(one.settings())))
    }
}

/// Returns the ways that a run with pools is held against where none were chosen.
fn usual_ways(mode: Option<ScaleDownMode>) -> Vec<Way> {
    let other = if mode == Some(ScaleDownMode::Delete) { "Deallocate" } else { "Delete" };
    let ways: Result<Vec<Way>, VaryError> = [other, ALWAYS_ON].into_iter().map(parse_way).collect();
    debug_assert!(ways.is_ok(), "the usual ways can be read");
    ways.unwrap_or_default()
}

impl Session {
    /// Chooses the ways that the run is held against, at most [`WAYS_MAX`] of them; the usual ones where there is none.
    pub fn compare_with(&mut self, ways: Option<Vec<Way>>) {
        debug_assert!(ways.as_ref().is_none_or(|ways| ways.len() <= WAYS_MAX), "more ways than the limit");
        self.counterfactuals.chosen = ways;
    }

    /// Returns the scale-down mode of its pools if they have the same; `Deallocate` counts where any has it.
    fn mode(&self) -> Option<(ScaleDownMode, bool)> {
        let mut modes = self.cloud().clusters().iter().flat_map(|cluster| &cluster.pools);
        let first = modes.next()?.spec.scale_down_mode;
        let is_one = modes.clone().all(|pool| pool.spec.scale_down_mode == first);
        let keeps = !is_one || first == ScaleDownMode::Deallocate;
        Some((if keeps { ScaleDownMode::Deallocate } else { first }, is_one))
    }

    /// Returns the verdict on the run so far. Counterfactuals are played with about `work_max` units of work each, so that it
    /// takes several calls until they are known.
    pub fn verdict(&mut self, work_max: u64) -> Verdict {
        let own = Metrics::of(self.cloud());
        let Some((mode, is_one)) = self.mode() else {
            return Verdict { name: "", own, against: Vec::new() };
        };
        let ways = self.counterfactuals.chosen.clone().unwrap_or_else(|| usual_ways(Some(mode)));
        let mut kept = std::mem::take(&mut self.counterfactuals.list);
        let mut list = Vec::with_capacity(ways.len());
        for way in ways {
            let known = kept.iter().position(|one| one.settings() == way).map(|place| kept.swap_remove(place));
            list.push(known.unwrap_or_else(|| Counterfactual::new(self, way)));
        }
        // One after the other: what is at hand is shown first.
        let mut is_known = true;
        for counterfactual in &mut list {
            if is_known {
                is_known = counterfactual.follow(self, work_max);
            } else {
                counterfactual.wait();
            }
        }
        let against = |one: &Counterfactual| Against { name: name(one.settings()), metrics: one.metrics() };
        let against = list.iter().map(against).collect();
        self.counterfactuals.list = list;
        Verdict { name: if is_one { mode.name() } else { "yours" }, own, against }
    }

    /// Returns a frame of a way at the time of the run; `None` while it is not known.
    #[must_use]
    pub fn way_snapshot(&self, place: usize) -> Option<Snapshot> {
        self.counterfactuals.list.get(place)?.snapshot()
    }

    /// Returns the lines in which a way differs from the run.
    #[must_use]
    pub fn way_changes(&self, place: usize) -> &[Change] {
        self.counterfactuals.list.get(place).map_or(&[], Counterfactual::changes)
    }
}

impl Verdict {
    /// Returns the table of the run and what it is held against.
    #[must_use]
    pub fn table(&self) -> Table {
        let own = self.own.to_json();
        let against = self.against.iter().map(|one| one.metrics.as_ref().map(Metrics::to_json).unwrap_or_default());
        let against: Vec<_> = against.collect();
        let names = self.against.iter().map(|one| one.name.as_str());
        let variants: Vec<_> = std::iter::once((self.name, &own)).chain(names.zip(&against)).collect();
        Table::new(&variants)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SessionOptions;

    /// The figures of a day that the documents quote: Delete is cheaper, and its scale-ups take longer.
    #[test]
    fn both_signs_are_told() {
        let mut session = Session::new(SessionOptions::default());
        assert_eq!(session.verdict(1_000).against, []);
        let pool = "-g g --cluster-name c -n p -o none";
        session.submit(&format!(
            "sim cluster g/c\naz aks nodepool add {pool} -c 20 --scale-down-mode Deallocate\naz aks nodepool scale {pool} -c 2\nwait 12h\naz aks nodepool scale {pool} -c 20"
        ));
        session.advance_until_answered();
        let mut verdict = session.verdict(200);
        assert!(!verdict.is_known(), "so little work does not get there");
        for _ in 0..100 {
            verdict = session.verdict(200);
        }
        let [delete, always_on] = verdict.against.as_slice() else { panic!("{verdict:?}") };
        assert_eq!((verdict.name, &*delete.name, &*always_on.name), ("Deallocate", "Delete", "always on"));
        let (delete, always_on) = (delete.metrics.unwrap(), always_on.metrics.unwrap());
        assert!(delete.spent_microdollars < verdict.own.spent_microdollars);
        assert!(verdict.own.spent_microdollars < always_on.spent_microdollars);
        assert!(verdict.own.node_ready_cached.p50_ms < delete.node_ready_new.p50_ms);
        assert_eq!((delete.created, always_on.created), (38, 20), "Delete makes anew what it deleted");
    }

    #[test]
    fn ways_are_chosen_and_have_their_pictures() {
        let mut session = Session::new(SessionOptions::default());
        session.submit(
            "sim cluster g/c\naz aks nodepool add -g g --cluster-name c -n p -c 5 --scale-down-mode Deallocate",
        );
        session.advance_until_answered();
        session.compare_with(Some(vec![parse_way("node-count=9 + seed=7").unwrap()]));
        assert_eq!(session.way_snapshot(0), None, "nothing is played yet");
        while !session.verdict(1_000).is_known() {}
        assert_eq!(session.verdict(1_000).against[0].name, "node-count=9, seed=7");
        let picture = session.way_snapshot(0).unwrap();
        assert_eq!((picture.at_ms, picture.counts.total()), (session.now_ms(), 9));
        let change = &session.way_changes(0)[0];
        assert_eq!(change.spans.iter().map(|span| &change.after[span.start..span.end]).collect::<Vec<_>>(), ["9"]);
        let table = session.verdict(1_000).table();
        assert_eq!(table.names, ["Deallocate", "node-count=9, seed=7"]);
        assert!(table.rows.iter().any(|row| row.label == "machines created" && row.cells[1].difference == "+4"));
        assert!(parse_way("Freeze").is_err());
    }
}

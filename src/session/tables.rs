//! What can be taken away to count on: time series and nodes as CSV, and a report in Markdown.

use std::fmt::Write as _;

use super::Session;
use super::amount::duration;
use super::compare::REFERENCES;
use scale_down_engine::NodeState;

/// Most work on the ways that a report compares, in units as in [`super::budget`].
const REPORT_WORK: u64 = 2_000_000;

impl Session {
    /// Returns the nodes by state, the pods and the price over time as CSV, a row for each change, thinned out over a long
    /// run. Times are in milliseconds, the price in micro-dollars an hour.
    #[must_use]
    pub fn series_csv(&self) -> String {
        let states = NodeState::ALL.map(NodeState::name).join(",");
        let mut text = format!("at_ms,{states},pods_ready,pods_starting,pods_pending,per_hour_microdollars\n");
        for sample in self.timeline_view().samples {
            let totals = sample.totals;
            let counts = NodeState::ALL.map(|state| totals.counts.of(state).to_string()).join(",");
            let pods = totals.pods;
            let _ = writeln!(
                text,
                "{},{counts},{},{},{},{}",
                sample.at_ms, pods.ready, pods.starting, pods.pending, totals.per_hour_microdollars
            );
        }
        text
    }

    /// Returns the nodes of this moment as CSV. Ages are in milliseconds, costs in micro-dollars.
    #[must_use]
    pub fn nodes_csv(&self) -> String {
        let mut text = String::from("name,pool,state,source,age_ms,cost_microdollars\n");
        for row in self.node_rows() {
            let (state, source) = (row.state.name(), row.source.name());
            let _ =
                writeln!(text, "{},{},{state},{source},{},{}", row.name, row.pool, row.age_ms, row.cost_microdollars);
        }
        text
    }

    /// Returns a report in Markdown: the figures of the run beside those of other ways, what to hold them against, what they
    /// rest on, and the lines.
    pub fn report_markdown(&mut self) -> String {
        let mut verdict = self.verdict(REPORT_WORK);
        // One way after the other is worked out.
        for _ in 0..verdict.against.len() {
            verdict = self.verdict(REPORT_WORK);
        }
        let mut text = format!(
            "# What it costs and saves\n\nAfter {}, simulated by the Scale-Down Playground. The same lines in each way.\n\n{}\n",
            duration(self.now_ms()),
            verdict.table().markdown()
        );
        text.push_str("## For scale\n\n");
        for reference in REFERENCES {
            let _ = writeln!(text, "- {} ([{}]({})).", reference.text, reference.name, reference.source);
        }
        text.push_str("\n## What it rests on\n\nDurations are drawn from a preset whose sources `sim timings` names; the start of a deallocated node is that of two recorded runs of the real service. Prices are list prices.\n");
        for (place, against) in verdict.against.iter().enumerate() {
            let changes = self.way_changes(place);
            let _ = write!(text, "\n## What differs: {}\n\n```diff\n", against.name);
            for change in changes {
                for (mark, line) in [('-', &change.before), ('+', &change.after)] {
                    if !line.is_empty() {
                        let _ = writeln!(text, "{mark} {line}");
                    }
                }
            }
            text.push_str("```\n");
        }
        let _ = write!(text, "\n## The run\n\n```bash\n{}```\n", self.script());
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SessionOptions;

    #[test]
    fn tables_say_what_the_run_came_to() {
        let mut session = Session::new(SessionOptions::default());
        session.submit("sim cluster g/c\naz aks nodepool add -g g --cluster-name c -n p -c 3 --scale-down-mode Deallocate\naz aks nodepool scale -g g --cluster-name c -n p -c 1\nwait 1h");
        session.advance_until_answered();
        let series = session.series_csv();
        let rows: Vec<Vec<&str>> = series.lines().map(|line| line.split(',').collect()).collect();
        assert!(rows.iter().all(|row| row.len() == rows[0].len()));
        let deallocated = rows[0].iter().position(|name| *name == "deallocated").unwrap();
        assert_eq!(rows.last().unwrap()[deallocated], "2");
        assert_eq!(session.nodes_csv().lines().count(), 4);
        let report = session.report_markdown();
        assert!(report.contains("|  | Deallocate | Delete | always on |"), "{report}");
        assert!(!report.contains("| – |"), "every way is worked out: {report}");
        assert!(report.contains("+ az aks nodepool add -g g --cluster-name c -n p -c 3 --scale-down-mode Delete"));
    }
}

//! The run at a glance, behind the slider that goes back: nodes by state over time, and when
//! something was typed.
//!
//! Each state is one step-shaped area. They are drawn over one another from the last state down,
//! every one from the ground up to its share and those below it.

use std::fmt::Write as _;

use yew::prelude::*;

use crate::format::TOLD;
use scale_down_engine::{NodeState, StateCounts};
use scale_down_session::TimelineView;

/// The drawing's own units; it is stretched to the room there is.
const WIDTH: u64 = 1_000;
const HEIGHT: u64 = 100;
/// Room above the areas, for the marks of what was typed.
const TOP: u64 = 14;

/// The drawing, ready to be shown.
#[derive(Clone, Default)]
pub struct Chart {
    areas: Vec<(NodeState, AttrValue)>,
    marks: AttrValue,
}

impl Chart {
    /// Draws a run so far.
    #[must_use]
    pub fn new(run: &TimelineView) -> Self {
        let end_ms = run.end_ms.max(1);
        let x = |at_ms: u64| at_ms * WIDTH / end_ms;
        let points: Vec<(u64, StateCounts)> =
            run.counts.iter().map(|sample| (x(sample.at_ms), sample.counts)).collect();
        let most = points.iter().map(|(_, counts)| counts.total()).max().unwrap_or(0).max(1);
        let mut shares = vec![0_u32; points.len()];
        let mut areas = Vec::new();
        for state in TOLD {
            let mut is_there = false;
            for (share, (_, counts)) in shares.iter_mut().zip(&points) {
                *share += counts.of(state);
                is_there |= counts.of(state) > 0;
            }
            if is_there {
                areas.push((state, outline(&points, &shares, most).into()));
            }
        }
        areas.reverse();
        let mut marks = String::new();
        for at_ms in &run.typed_ms {
            let _ = write!(marks, "M{} 2v7", x(*at_ms));
        }
        Self { areas, marks: marks.into() }
    }

    /// Renders the drawing.
    pub fn view(&self) -> Html {
        let area = |(state, path): &(NodeState, AttrValue)| {
            html! { <path class={format!("bar-part {}", state.name())} d={path} /> }
        };
        html! {
            <svg class="chart" viewBox="0 0 1000 100" preserveAspectRatio="none" aria-hidden="true">
                { for self.areas.iter().map(area) }
                <path class="chart-marks" d={&self.marks} />
            </svg>
        }
    }
}

/// The area below the shares at the points, as a path.
fn outline(points: &[(u64, StateCounts)], shares: &[u32], most: u32) -> String {
    let mut path = String::new();
    let mut known = 0;
    for ((x, _), share) in points.iter().zip(shares) {
        if *share == known {
            continue;
        }
        let y = HEIGHT - u64::from(*share) * (HEIGHT - TOP) / u64::from(most);
        if path.is_empty() {
            let _ = write!(path, "M{x} {HEIGHT}");
        }
        let _ = write!(path, "H{x}V{y}");
        known = *share;
    }
    let _ = write!(path, "H{WIDTH}V{HEIGHT}z");
    path
}

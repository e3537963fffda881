//! The key figures of nodes, pods and cost, always in sight.

use yew::prelude::*;

use crate::format::{TOLD, dollars, duration, grouped, pods_at_work};
use crate::{App, browser};
use scale_down_engine::NodeState;
use scale_down_session::metrics::Metrics;
use scale_down_session::verdict::Verdict;

impl App {
    pub(super) fn view_kpis(&self) -> Html {
        let counts = &self.snapshot.counts;
        let cost = &self.snapshot.cost;
        let total = counts.total();
        let kept = counts.of(NodeState::Deallocated);
        let moving: Vec<(NodeState, u32)> = TOLD
            .into_iter()
            .filter(|state| in_transition(*state) && counts.of(*state) > 0)
            .map(|state| (state, counts.of(state)))
            .collect();
        let in_motion: u32 = moving.iter().map(|(_, count)| count).sum();
        let what =
            moving.iter().map(|(state, count)| format!("{count} {}", state.name())).collect::<Vec<_>>().join(", ");
        let pods = self.snapshot.pods;
        let spent = cost.compute_microdollars + cost.disk_microdollars;
        // On a phone the tiles scroll, which the keyboard must be able to do as well.
        let scrolls = browser::matches_media("(max-width: 800px)");
        html! {
            <section class="kpis" aria-label="Key figures" tabindex={scrolls.then_some("0")}>
                { tile("running", html! { <>{ grouped(counts.of(NodeState::Ready).into()) }<small>{ format!(" of {}", grouped(total.into())) }</small></> }, "nodes running", self.view_bar(),
                    "Nodes that are ready for pods, of all nodes that exist in any state.") }
                { tile("kept", html! { { grouped(kept.into()) } }, "deallocated, kept", note(if kept > 0 { "only disks cost" } else { "none held back" }),
                    "Deallocated nodes: the virtual machine is stopped, its disks and cached images stay, and the next scale-up starts it first.") }
                { tile("moving", html! { { grouped(in_motion.into()) } }, "changing now", note(if what.is_empty() { "nothing under way".to_owned() } else { what }),
                    "Nodes between two states. How long a transition takes is drawn from a preset; the time to start a deallocated node is that of two recorded runs of the real service (98 s and 78 s).") }
                { tile("pods", html! { <span class={(pods.pending > 0).then_some("some")}>{ grouped(pods.pending.into()) }</span> }, "pods pending", note(pods_at_work(pods)),
                    "Pods that no node has room for. Those that run fill the nodes in the picture; daemon sets are not counted.") }
                { tile("rate", html! { <>{ dollars(cost.per_hour_microdollars) }<small>{ " an hour" }</small></> }, "cost now", note(format!("{} so far", dollars(spent))),
                    "Virtual machines that are allocated and disks that exist, at the list prices of the price preset.") }
                { self.view_verdict() }
            </section>
        }
    }

    /// What the run costs and saves against the other scale-down mode, and against nodes that never go.
    fn view_verdict(&self) -> Html {
        const WHY: &str = "The same commands in the other scale-down mode, and with nodes that never go, played beside this run: what was spent so far, and how long a scale-up takes until its nodes are ready.";
        let Verdict { own, against } = &self.verdict;
        let Some(other) = against.first() else {
            return tile("verdict", html! { "–" }, "against the other mode", note("no nodes yet"), WHY);
        };
        let Some(metrics) = &other.metrics else {
            return tile("verdict", html! { "…" }, "against the other mode", note("being worked out"), WHY);
        };
        let money = |other: &Metrics| difference(own.spent_microdollars, other.spent_microdollars, dollars);
        let class = if own.spent_microdollars > metrics.spent_microdollars { "more" } else { "less" };
        let wait = match (scale_up_ms(own), scale_up_ms(metrics)) {
            (Some(own_ms), Some(other_ms)) if own_ms / 1_000 != other_ms / 1_000 => {
                let word = if own_ms < other_ms { "sooner" } else { "later" };
                format!("{} {word} per scale-up", duration(own_ms.abs_diff(other_ms)))
            }
            _ => "no scale-up differs yet".to_owned(),
        };
        let always_on = against.get(1).and_then(|against| against.metrics.as_ref());
        let always_on = always_on.map_or_else(String::new, |metrics| format!("{} against always on. ", money(metrics)));
        tile(
            "verdict",
            html! { <span class={class}>{ money(metrics) }</span> },
            match other.name {
                "Delete" => "against Delete",
                _ => "against Deallocate",
            },
            note(wait),
            format!("{always_on}{WHY}"),
        )
    }

    /// All nodes by state as one bar; the same numbers are in the legend.
    fn view_bar(&self) -> Html {
        let counts = &self.snapshot.counts;
        let total = counts.total().max(1);
        let mut told = 0;
        let parts = TOLD.into_iter().filter(|state| counts.of(*state) > 0).map(|state| {
            let x = told * 1_000 / total;
            told += counts.of(state);
            let width = told * 1_000 / total - x;
            html! { <rect class={format!("bar-part {}", state.name())} x={x.to_string()} width={width.to_string()} height="6" /> }
        });
        html! {
            <svg class="bar-of-states" viewBox="0 0 1000 6" preserveAspectRatio="none" aria-hidden="true">
                <rect class="bar-ground" width="1000" height="6" />
                { for parts }
            </svg>
        }
    }
}

/// The time that a scale-up takes until its nodes are ready: that of nodes from cache where there are any.
fn scale_up_ms(metrics: &Metrics) -> Option<u64> {
    metrics.node_ready_cached.p50_ms.or(metrics.node_ready_new.p50_ms)
}

/// A difference with its sign, in words of `format`.
fn difference(own: u64, other: u64, format: fn(u64) -> String) -> String {
    let sign = if own < other { "−" } else { "+" };
    format!("{sign}{}", format(own.abs_diff(other)))
}

const fn in_transition(state: NodeState) -> bool {
    matches!(
        state,
        NodeState::Creating | NodeState::Starting | NodeState::Draining | NodeState::Deallocating | NodeState::Deleting
    )
}

fn note(text: impl Into<AttrValue>) -> Html {
    html! { <span class="kpi-note">{ text.into() }</span> }
}

fn tile(name: &'static str, value: Html, label: &'static str, below: Html, why: impl Into<AttrValue>) -> Html {
    let why = why.into();
    html! {
        <div class={format!("kpi kpi-{name}")} title={&why}>
            <b>{ value }</b>
            <span class="kpi-label">{ label }</span>
            { below }
            <span class="unseen">{ why }</span>
        </div>
    }
}

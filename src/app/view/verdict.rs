//! The verdict, always in sight: what the run has cost, and what it saves and costs in waiting against other ways.

use yew::html::Scope;
use yew::prelude::*;

use super::button::{ButtonProps, button};
use crate::format::{dollars, duration};
use crate::{App, Msg, browser};
use scale_down_session::metrics::Metrics;
use scale_down_session::verdict::Against;

/// Names of the ways that the run is held against while there are no nodes.
const USUAL: [&str; 2] = ["Delete", "always on"];

impl App {
    pub(super) fn view_verdict(&self, link: &Scope<Self>) -> Html {
        let cost = &self.snapshot.cost;
        let own = &self.verdict.own;
        let whose = match self.verdict.name {
            "" | "yours" => "Yours, so far".to_owned(),
            mode => format!("Yours, {mode}, so far"),
        };
        let against = &self.verdict.against;
        // On a phone the tiles scroll, which the keyboard must be able to do as well.
        let scrolls = browser::matches_media("(max-width: 800px)");
        html! {
            <section class="kpis" aria-label="Verdict" tabindex={scrolls.then_some("0")}>
                <div class="kpi" title="Virtual machines that are allocated and disks that exist, at the list prices of the price preset.">
                    <span class="kpi-label">{ whose }</span>
                    <p><b>{ dollars(cost.compute_microdollars + cost.disk_microdollars) }</b>{ " " }<span class="mute">{ format!("{} an hour now", dollars(cost.per_hour_microdollars)) }</span></p>
                    { note(waited(own).unwrap_or_else(|| "nothing has been scaled up yet".to_owned())) }
                </div>
                if against.is_empty() {
                    { for USUAL.into_iter().map(|name| tile(name, html! { <b>{ "–" }</b> }, "no nodes yet".to_owned())) }
                } else {
                    { for against.iter().map(|other| view_against(own, other)) }
                }
                { self.view_compare_button(link) }
            </section>
        }
    }

    fn view_compare_button(&self, link: &Scope<Self>) -> Html {
        let is_comparing = self.comparison.is_some();
        let other = self.verdict.against.first().map_or(USUAL[0], |against| &against.name);
        let ways = if is_comparing { String::new() } else { format!("{other},always-on") };
        let props = ButtonProps {
            class: "compare",
            words: if is_comparing { "Leave comparison" } else { "Compare side by side" },
            title: "The same commands in other ways, each with its picture, over one clock".into(),
            disabled: !is_comparing && self.verdict.against.is_empty(),
            ..ButtonProps::default()
        };
        button(link, Msg::Compare(ways), props)
    }
}

fn view_against(own: &Metrics, other: &Against) -> Html {
    let Some(metrics) = &other.metrics else {
        return tile(&other.name, html! { <b>{ "…" }</b> }, "being worked out".to_owned());
    };
    let (spent, theirs) = (own.spent_microdollars, metrics.spent_microdollars);
    let (sign, class) = if spent < theirs { ("−", "less") } else { ("+", "more") };
    let money = if spent == theirs {
        html! { <b class="mute">{ "same cost" }</b> }
    } else {
        html! { <b {class}>{ format!("{sign}{}", dollars(spent.abs_diff(theirs))) }</b> }
    };
    let waiting = match (scale_up_ms(own), scale_up_ms(metrics)) {
        (Some(own_ms), Some(their_ms)) if own_ms / 1_000 != their_ms / 1_000 => {
            let (word, class) = if own_ms < their_ms { ("sooner", "less") } else { ("later", "more") };
            Some(
                html! { <>{ " and " }<b {class}>{ format!("{} {word}", duration(own_ms.abs_diff(their_ms))) }</b><span class="mute">{ " per scale-up" }</span></> },
            )
        }
        _ => None,
    };
    let below = match (waited(metrics), &waiting) {
        (Some(theirs), Some(_)) => format!("there: {theirs}"),
        _ => "no scale-up took another time yet".to_owned(),
    };
    tile(&other.name, html! { <>{ money }{ waiting }</> }, below)
}

/// Returns how long nodes and pods waited, in a line; `None` if none has.
fn waited(metrics: &Metrics) -> Option<String> {
    let nodes = format!("nodes ready after {}", duration(scale_up_ms(metrics)?));
    Some(match metrics.pod_wait.p95_ms {
        Some(pods_ms) => format!("{nodes}, 95 % of pods within {}", duration(pods_ms)),
        None => nodes,
    })
}

/// Returns the time that a scale-up takes until its nodes are ready, by the median: that of nodes from cache where there
/// are any.
fn scale_up_ms(metrics: &Metrics) -> Option<u64> {
    metrics.node_ready_cached.p50_ms.or(metrics.node_ready_new.p50_ms)
}

fn note(text: String) -> Html {
    html! { <span class="kpi-note">{ text }</span> }
}

fn tile(name: &str, value: Html, below: String) -> Html {
    html! {
        <div class="kpi" title="The same commands, played beside this run in another way: what was spent by now, and how long a scale-up takes until its nodes are ready.">
            <span class="kpi-label">{ format!("Against {name}") }</span>
            <p>{ value }</p>
            { note(below) }
        </div>
    }
}

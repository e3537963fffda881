//! The panel of nodes: picture or table, the pools' headers, and the legend.

use web_sys::{HtmlElement, KeyboardEvent, PointerEvent};
use yew::html::Scope;
use yew::prelude::*;

use super::examples::view_cards;
use super::swatch::swatch;
use crate::format::{TOLD, counts_json, grouped, pods_at_work, state_word, summary};
use crate::grid::paint::{Direction, Painter};
use crate::options::View;
use crate::{App, Msg, browser};
use scale_down_engine::{
    ClusterView, NodeSource, NodeState, PoolView, PowerState, ProvisioningState, ScaleDownMode, Snapshot,
};
use scale_down_session::examples::EXAMPLES;

/// Distance from one pod of the queue to the next, in CSS pixels, as the dashes of `.queue` in the style sheet.
const QUEUE_PITCH_PX: u32 = 10;
/// Number of examples that the empty picture offers; the dialog has all of them.
const OFFERED: usize = 4;
/// Most pods drawn in the queue; more are wider than any screen.
const QUEUE_MAX: u32 = 400;

impl App {
    pub(super) fn view_nodes(&self, link: &Scope<Self>) -> Html {
        let counts = &self.snapshot.counts;
        let busy = !self.session.borrow().is_idle();
        html! {
            <section class="panel nodes" aria-label="Cluster">
                <div class="bar">
                    { self.view_title() }
                    <p class="summary" role="status" aria-label="Cluster summary" aria-busy={if busy { "true" } else { "false" }}
                        data-state-counts={counts_json(counts)}><span id="summary">{ summary(counts) }</span></p>
                    <div class="bar-end">{ self.view_switch(link) }</div>
                </div>
                { self.view_lanes(link) }
                { self.table.view(self.view, link) }
                { self.view_pods() }
                { self.view_legend() }
            </section>
        }
    }

    fn view_title(&self) -> Html {
        match self.snapshot.clusters.as_slice() {
            [] => html! { <h2>{ "Nodes" }</h2> },
            [cluster] => {
                html! { <><h2>{ &cluster.name }</h2><span class="bar-note">{ &cluster.location }</span>{ view_cluster_state(cluster) }</> }
            }
            clusters => html! { <h2>{ format!("{} clusters", clusters.len()) }</h2> },
        }
    }

    pub(super) fn view_picture(&self, link: &Scope<Self>) -> Html {
        let scroller = self.refs.scroller.clone();
        let onpointermove = link.callback(move |event: PointerEvent| Msg::Point(point(&scroller, &event)));
        let scroller = self.refs.scroller.clone();
        let onpointerleave = link.callback(|_: PointerEvent| Msg::Point(None));
        let onclick = link.batch_callback(move |event: MouseEvent| {
            point(&scroller, &event).map(|(x_px, y_px)| Msg::Choose(x_px, y_px))
        });
        let onkeydown = link.batch_callback(|event: KeyboardEvent| {
            let msg = match event.key().as_str() {
                "ArrowLeft" => Msg::Walk(Direction::Left),
                "ArrowRight" => Msg::Walk(Direction::Right),
                "ArrowUp" => Msg::Walk(Direction::Up),
                "ArrowDown" => Msg::Walk(Direction::Down),
                "Home" => Msg::Walk(Direction::First),
                "End" => Msg::Walk(Direction::Last),
                "Escape" => Msg::Unchoose,
                _ => return None,
            };
            event.prevent_default();
            Some(msg)
        });
        let hidden = self.view == View::Table;
        let empty = self.snapshot.clusters.is_empty();
        let pooled = self.snapshot.clusters.iter().any(|cluster| !cluster.pools.is_empty());
        html! {
            <div class="picture" {hidden}>
                <div class="scroller" ref={self.refs.scroller.clone()} tabindex="0" role="application" aria-label="Picture of the nodes, arrow keys go from node to node"
                    {onpointermove} {onpointerleave} {onclick} {onkeydown} onblur={link.callback(|_| Msg::Unchoose)}>
                    <div class="sheet">
                        <canvas ref={self.refs.canvas.clone()} role="img" aria-label="Nodes" aria-describedby="summary"></canvas>
                        <div class="heads" ref={self.refs.heads.clone()}>{ view_heads(&self.snapshot) }</div>
                        <div class="cursor" ref={self.refs.cursor.clone()} hidden={self.shown_node().is_none()}></div>
                    </div>
                </div>
                if empty { { self.view_invitation(link) } } else if !pooled {
                    <div class="invitation"><p>{ "No node pools yet: az aks nodepool add makes one." }</p></div>
                }
                { self.view_card() }
            </div>
        }
    }

    /// Renders the first steps for an empty cloud. The example that the console offers already is not offered twice.
    fn view_invitation(&self, link: &Scope<Self>) -> Html {
        let offered = usize::from(self.active_example.is_some());
        html! {
            <div class="invitation">
                <h3>{ "No nodes yet" }</h3>
                <p>
                    { "Type or paste az aks lines at the prompt and watch what they do to the nodes." }
                    if offered > 0 { { " A first one waits there: press Run." } }
                    { " Or begin with an example:" }
                </p>
                { view_cards(link, EXAMPLES.get(offered..offered + OFFERED).unwrap_or_default()) }
            </div>
        }
    }

    /// The pods that wait for a node, one dot for each. It stays once there are pods, so that the picture has the
    /// same room whether any waits or not.
    fn view_pods(&self) -> Html {
        let pods = self.snapshot.pods;
        if pods.ready + pods.starting + pods.pending == 0 {
            return Html::default();
        }
        // Dashes of no length with round ends are dots, one for each pod; what has no room is cut off.
        let queue = (pods.pending > 0).then(|| format!("M5 5h{}", pods.pending.min(QUEUE_MAX) * QUEUE_PITCH_PX - 9));
        html! {
            <p class="pods" title="Pods that wait for a node. Those that run fill the nodes.">
                <span>{ "Pods: " }{ pods_at_work(pods) }</span>
                <span class={(pods.pending > 0).then_some("some")}>{ format!("{} pending", grouped(pods.pending.into())) }</span>
                <svg class="queue" height="10" aria-hidden="true"><path d={queue} /></svg>
            </p>
        }
    }

    fn view_legend(&self) -> Html {
        let counts = &self.snapshot.counts;
        let item = |state: NodeState| {
            let count = counts.of(state);
            html! {
                <li class={(count == 0).then_some("zero")} title={meaning(state)}>
                    { swatch(state, NodeSource::New) }{ state_word(state) }<b>{ grouped(count.into()) }</b>
                </li>
            }
        };
        // On a phone it scrolls, which the keyboard must be able to do as well.
        let scrolls = browser::matches_media("(max-width: 800px)");
        html! { <ul class="legend" aria-label="Legend" tabindex={scrolls.then_some("0")}>{ for TOLD.into_iter().map(item) }</ul> }
    }

    /// Puts every pool's header where its cells are.
    pub(crate) fn place_heads(painter: Option<&Painter>, heads: &NodeRef) {
        let (Some(painter), Some(heads)) = (painter, heads.cast::<HtmlElement>()) else { return };
        let children = heads.children();
        for (place, top_px) in (0..).zip(painter.heads()) {
            let Some(head) = children.item(place) else { break };
            let head: &HtmlElement = wasm_bindgen::JsCast::unchecked_ref(&head);
            browser::set_px(head, "top", top_px);
        }
    }
}

/// Renders the headers of all pools.
pub(super) fn view_heads(snapshot: &Snapshot) -> Html {
    let several = snapshot.clusters.len() > 1;
    let heads = snapshot.clusters.iter().flat_map(|cluster| {
        cluster.pools.iter().enumerate().map(move |(place, pool)| {
            html! {
                <div class="head">
                    if several && place == 0 {
                        <div class="cluster-line"><b>{ &cluster.name }</b><span class="mute">{ format!("{} · {}", cluster.resource_group, cluster.location) }</span>{ view_cluster_state(cluster) }</div>
                    }
                    { view_pool_head(pool) }
                </div>
            }
        })
    });
    html! { { for heads } }
}

fn view_cluster_state(cluster: &ClusterView) -> Html {
    html! {
        <>
            { view_provisioning(cluster.provisioning_state) }
            if cluster.power_state != PowerState::Running { <span class="chip">{ cluster.power_state.name() }</span> }
        </>
    }
}

/// Renders a provisioning state, under way or failed; nothing for Succeeded.
fn view_provisioning(state: ProvisioningState) -> Html {
    let class = match state {
        ProvisioningState::Succeeded => return Html::default(),
        ProvisioningState::Failed => "chip failed",
        _ => "chip busy",
    };
    html! { <span {class}>{ state.name() }</span> }
}

fn view_pool_head(pool: &PoolView) -> Html {
    html! {
        <div class="pool-line">
            <b>{ &pool.name }</b>
            <span class={if pool.scale_down_mode == ScaleDownMode::Deallocate { "chip deallocate" } else { "chip" }} title="Scale-down mode">{ pool.scale_down_mode.name() }</span>
            { view_provisioning(pool.provisioning_state) }
            if pool.power_state != PowerState::Running { <span class="chip">{ pool.power_state.name() }</span> }
            <span class="mute pool-what">
                { format!("{} · {}", pool.mode.name(), pool.vm_size) }
                if !pool.is_priced { { " · price not known" } }
                if let Some(range) = pool.autoscaler { { format!(" · autoscaler {}–{}", range.min, range.max) } }
            </span>
            <span class="pool-counts">{ summary(&pool.counts) }</span>
        </div>
    }
}

/// Returns the meaning of a state in a sentence, for the legend.
const fn meaning(state: NodeState) -> &'static str {
    match state {
        NodeState::Ready => {
            "Ready for pods, and as full as its pods make it. A notch marks a node that was started from the cache."
        }
        NodeState::Starting => "A deallocated node is being started: its disks and images are there already.",
        NodeState::Creating => "A new virtual machine is being built from nothing.",
        NodeState::Draining => "Pods are moved elsewhere before the node goes.",
        NodeState::Deallocating => "The virtual machine is being stopped; its disks stay.",
        NodeState::Deallocated => "Stopped and kept: disks and images stay, compute is not billed.",
        NodeState::Stopped => "Stopped together with its pool or cluster.",
        NodeState::Deleting => "The virtual machine and its disks are being removed.",
        NodeState::Failed => "Could not be brought up.",
    }
}

/// Returns the position of the pointer in the sheet, in CSS pixels.
fn point(scroller: &NodeRef, event: &MouseEvent) -> Option<(f64, f64)> {
    let scroller = scroller.cast::<HtmlElement>()?;
    let frame = scroller.get_bounding_client_rect();
    Some((
        f64::from(event.client_x()) - frame.left() + f64::from(scroller.scroll_left()),
        f64::from(event.client_y()) - frame.top() + f64::from(scroller.scroll_top()),
    ))
}

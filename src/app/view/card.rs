//! The card of a node: its state, its bring-up, and its cost.

use web_sys::HtmlElement;
use yew::prelude::*;

use super::swatch::swatch;
use crate::format::{clock, dollars, duration, state_word};
use crate::grid::paint::NodeKey;
use crate::{App, browser};
use scale_down_engine::{Milestone, NodeSource, NodeView};
use scale_down_session::NodeDetail;

/// Distance between a cell and its card.
const GAP_PX: f64 = 10.0;

impl App {
    /// Returns the node whose card is shown: the one under the pointer, else the one chosen.
    pub(crate) fn shown_node(&self) -> Option<NodeKey> {
        self.pointed.or(self.chosen)
    }

    pub(super) fn view_card(&self) -> Html {
        let detail = self.shown_node().and_then(|(pool, id)| self.session.borrow().node(pool, id));
        let load = self.shown_node().and_then(|(pool, id)| {
            let mut pools = self.snapshot.clusters.iter().flat_map(|cluster| &cluster.pools);
            let nodes = &pools.find(|known| known.id == pool)?.nodes;
            nodes.get(nodes.binary_search_by_key(&id, |node| node.instance_id).ok()?)
        });
        html! {
            <div class="card" ref={self.refs.card.clone()} hidden={detail.is_none()} aria-live="polite" aria-atomic="true">
                if let Some(detail) = detail { { view_detail(&detail, load) } }
            </div>
        }
    }

    /// Puts cursor and card beside the node's cell, inside the panel.
    pub(crate) fn place_card(&self) -> Option<()> {
        let rect = self.painter.as_ref()?.rect(self.shown_node()?)?;
        let cursor = self.refs.cursor.cast::<HtmlElement>()?;
        for (property, length_px) in [
            ("left", rect.x_px - 3.0),
            ("top", rect.y_px - 3.0),
            ("width", rect.side_px + 6.0),
            ("height", rect.side_px + 6.0),
        ] {
            browser::set_px(&cursor, property, length_px);
        }
        let scroller = self.refs.scroller.cast::<HtmlElement>()?;
        let card = self.refs.card.cast::<HtmlElement>()?;
        let (width_px, height_px) = (f64::from(card.offset_width()), f64::from(card.offset_height()));
        let (room_px, depth_px) = (f64::from(scroller.client_width()), f64::from(scroller.client_height()));
        let y_px = rect.y_px - f64::from(scroller.scroll_top());
        let x_px = (rect.x_px + rect.side_px / 2.0 - width_px / 2.0).min(room_px - width_px - GAP_PX).max(GAP_PX);
        let below_px = y_px + rect.side_px + GAP_PX;
        let above_px = y_px - GAP_PX - height_px;
        let y_px = if below_px + height_px <= depth_px || above_px < 0.0 { below_px } else { above_px };
        browser::set_px(&card, "left", x_px);
        browser::set_px(&card, "top", y_px);
        Some(())
    }

    /// Scrolls the picture so that the node chosen by key is in sight.
    pub(crate) fn reveal_chosen(&self) -> Option<()> {
        let rect = self.painter.as_ref()?.rect(self.chosen?)?;
        let scroller = self.refs.scroller.cast::<HtmlElement>()?;
        let (top_px, room_px) = (f64::from(scroller.scroll_top()), f64::from(scroller.client_height()));
        let wanted_px = if rect.y_px < top_px + GAP_PX {
            rect.y_px - 2.0 * GAP_PX
        } else if rect.y_px + rect.side_px + GAP_PX > top_px + room_px {
            rect.y_px + rect.side_px + 2.0 * GAP_PX - room_px
        } else {
            return None;
        };
        #[expect(clippy::cast_possible_truncation)]
        scroller.set_scroll_top(wanted_px as i32);
        Some(())
    }
}

fn view_detail(detail: &NodeDetail, load: Option<&NodeView>) -> Html {
    let cached = detail.row.source == NodeSource::Cached;
    let source = if cached { "started from cache" } else { "built new" };
    html! {
        <>
            <div class="card-name">{ &detail.row.name }</div>
            <div class="card-state">
                { swatch(detail.row.state, detail.row.source) }
                <b>{ state_word(detail.row.state) }</b>
                <span class="mute">{ format!("{source} · {} old", duration(detail.row.age_ms)) }</span>
            </div>
            if let Some(load) = load.filter(|load| load.pods > 0) {
                <div>{ format!("{} pods take {} % of it", load.pods, load.fill_permille.div_ceil(10)) }</div>
            }
            if let Some(why) = &detail.why { <div>{ why }</div> }
            { view_story(detail) }
            <div class="card-cost">
                <span>{ format!("compute {}", dollars(detail.compute_microdollars)) }</span>
                <span>{ format!("disk {}", dollars(detail.disk_microdollars)) }</span>
            </div>
            if let Some((at_ms, last)) = detail.events.last() { <div class="mute card-event">{ format!("{} {}: {}", clock(*at_ms), last.reason, last.message) }</div> }
        </>
    }
}

/// The phases of a bring-up, each with its length.
type Phases = Vec<(Milestone, u64)>;

/// Renders the phases of the bring-up as bars on one scale, with those of a new node to compare.
fn view_story(detail: &NodeDetail) -> Html {
    let cached = detail.row.source == NodeSource::Cached;
    let own: Phases = detail
        .milestones
        .iter()
        .zip(detail.milestones.iter().skip(1))
        .map(|((_, from_ms, _), (milestone, to_ms, _))| (*milestone, to_ms.saturating_sub(*from_ms)))
        .collect();
    let new: Phases = Milestone::ALL.into_iter().skip(1).zip(detail.new_ms).collect();
    let length = |phases: &Phases| phases.iter().map(|(_, ms)| ms).sum::<u64>();
    let scale_ms = length(&own).max(if cached { length(&new) } else { 0 }).max(1);
    let row = |label: &str, phases: &Phases| {
        html! {
            <div class="story-row">
                <span>{ label }</span>
                { view_phases(phases, scale_ms) }
                <span class="number">{ duration(length(phases)) }</span>
            </div>
        }
    };
    let reached = detail.milestones.iter().rfind(|(_, _, is_reached)| *is_reached);
    html! {
        <div class="story">
            { row(if cached { "from cache" } else { "built new" }, &own) }
            if cached { { row("a new one", &new) } }
            <ul class="phases">
                { for own.iter().map(|(milestone, ms)| html! {
                    <li><i class={format!("phase-key {}", class_of(*milestone))}></i>{ format!("{} {}", milestone.name(), duration(*ms)) }</li>
                }) }
            </ul>
            if let Some((milestone, ..)) = reached.filter(|(milestone, ..)| *milestone != Milestone::Ready) {
                <p>{ format!("Reached so far: {}.", milestone.name()) }</p>
            }
            if cached { <p class="mute">{ "The disk already holds the system and its images: nothing is installed or pulled. Both lengths come from the durations preset, as the service was recorded." }</p> }
        </div>
    }
}

fn view_phases(phases: &Phases, scale_ms: u64) -> Html {
    let mut start_ms = 0;
    let parts = phases.iter().map(|(milestone, ms)| {
        let x = start_ms * 1_000 / scale_ms;
        start_ms += ms;
        let width = start_ms * 1_000 / scale_ms - x;
        html! { <rect class={format!("phase {}", class_of(*milestone))} x={x.to_string()} width={width.to_string()} height="8" /> }
    });
    html! { <svg viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true">{ for parts }</svg> }
}

const fn class_of(milestone: Milestone) -> &'static str {
    match milestone {
        Milestone::Requested | Milestone::Allocated => "allocated",
        Milestone::Booted => "booted",
        Milestone::Registered => "registered",
        Milestone::ImagesReady => "images",
        Milestone::Ready => "ready",
    }
}

//! A node's story: what it is, how it came up, and what that cost.

use web_sys::HtmlElement;
use yew::prelude::*;

use super::swatch::Swatch;
use crate::app::App;
use crate::app::format::{dollars, duration, state_word};
use crate::app::grid::paint::NodeKey;
use crate::engine::{Milestone, NodeSource};
use crate::session::NodeDetail;

/// Distance between a cell and its card.
const GAP_PX: f64 = 10.0;

impl App {
    /// The node whose card is shown: the one chosen, else the one under the pointer.
    pub(in crate::app) fn shown_node(&self) -> Option<NodeKey> {
        self.pointed.or(self.chosen)
    }

    pub(super) fn view_card(&self) -> Html {
        let detail = self.shown_node().and_then(|(pool, id)| self.session.borrow().node(pool, id));
        html! {
            <div class="card" ref={self.refs.card.clone()} hidden={detail.is_none()} aria-live="polite" aria-atomic="true">
                if let Some(detail) = detail { { self.view_detail(&detail) } }
            </div>
        }
    }

    fn view_detail(&self, detail: &NodeDetail) -> Html {
        let cached = detail.source == NodeSource::Cached;
        let source = if cached { "started from cache" } else { "built new" };
        html! {
            <>
                <div class="card-name">{ &detail.name }</div>
                <div class="card-state">
                    <Swatch state={detail.state} source={detail.source} tint={self.tint} />
                    <b>{ state_word(detail.state) }</b>
                    <span class="mute">{ format!("{source} · {} old", duration(detail.age_ms)) }</span>
                </div>
                { view_story(detail, cached) }
                <div class="card-cost">
                    <span>{ format!("compute {}", dollars(detail.compute_microdollars)) }</span>
                    <span>{ format!("disk {}", dollars(detail.disk_microdollars)) }</span>
                </div>
                if let Some(last) = detail.events.last() { <div class="mute card-event">{ last }</div> }
            </>
        }
    }

    /// Puts cursor and card beside the node's cell, inside the panel.
    pub(in crate::app) fn place_card(&self) -> Option<()> {
        let rect = self.painter.as_ref()?.rect(self.shown_node()?)?;
        let cursor = self.refs.cursor.cast::<HtmlElement>()?;
        let side = format!("{}px", rect.side_px + 6.0);
        for (name, value) in [
            ("left", format!("{}px", rect.x_px - 3.0)),
            ("top", format!("{}px", rect.y_px - 3.0)),
            ("width", side.clone()),
            ("height", side),
        ] {
            cursor.style().set_property(name, &value).ok()?;
        }
        let scroller = self.refs.scroller.cast::<HtmlElement>()?;
        let card = self.refs.card.cast::<HtmlElement>()?;
        let (width_px, height_px) = (f64::from(card.offset_width()), f64::from(card.offset_height()));
        let (room_x_px, room_y_px) = (f64::from(scroller.client_width()), f64::from(scroller.client_height()));
        let y_px = rect.y_px - f64::from(scroller.scroll_top());
        let x_px = (rect.x_px + rect.side_px / 2.0 - width_px / 2.0).min(room_x_px - width_px - GAP_PX).max(GAP_PX);
        let below_px = y_px + rect.side_px + GAP_PX;
        let above_px = y_px - GAP_PX - height_px;
        let y_px = if below_px + height_px <= room_y_px || above_px < 0.0 { below_px } else { above_px };
        card.style().set_property("left", &format!("{x_px:.0}px")).ok()?;
        card.style().set_property("top", &format!("{y_px:.0}px")).ok()
    }

    /// Scrolls the picture so that the node chosen by key is in sight.
    pub(in crate::app) fn reveal_chosen(&self) -> Option<()> {
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

/// The steps of the bring-up as bars on one scale, with those of a new node to compare.
fn view_story(detail: &NodeDetail, cached: bool) -> Html {
    let length = |steps: &[(Milestone, u64)]| {
        let last = steps.last().map_or(0, |(_, at)| *at);
        let first = steps.first().map_or(0, |(_, at)| *at);
        last.saturating_sub(first)
    };
    let own = length(&detail.milestones);
    let new = length(&detail.new_milestones);
    let scale = own.max(new).max(1);
    let row = |label: &str, steps: &[(Milestone, u64)]| {
        html! {
            <div class="story-row">
                <span>{ label }</span>
                { view_steps(steps, scale) }
                <span class="number">{ duration(length(steps)) }</span>
            </div>
        }
    };
    html! {
        <div class="story">
            { row(if cached { "from cache" } else { "this node" }, &detail.milestones) }
            if cached {
                { row("a new one", &detail.new_milestones) }
                <p class="mute">{ "Allocation, boot and the image pull are skipped or shorter: the disk already holds them." }</p>
            }
        </div>
    }
}

fn view_steps(steps: &[(Milestone, u64)], scale: u64) -> Html {
    #[expect(clippy::cast_precision_loss)]
    let share = |ms: u64| ms as f64 / scale as f64 * 100.0;
    let start = steps.first().map_or(0, |(_, at)| *at);
    let parts = steps.iter().zip(steps.iter().skip(1)).map(|((_, from), (milestone, to))| {
        let x = share(from.saturating_sub(start));
        let width = share(to.saturating_sub(*from));
        html! {
            <rect class={classes!("phase", milestone.name().to_lowercase())} x={format!("{x:.2}")} y="0" width={format!("{width:.2}")} height="8">
                <title>{ milestone.name() }</title>
            </rect>
        }
    });
    html! { <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">{ for parts }</svg> }
}

//! The chart of the run with its slider: where one is, the values there, and the ways back to the present.

use web_sys::{HtmlElement, InputEvent, PointerEvent};
use yew::html::Scope;
use yew::prelude::*;

use super::axis::Zoom;
use super::button::{ButtonProps, button};
use super::icons;
use super::time_bar::number;
use crate::format::{clock, elapsed};
use crate::{App, Msg, browser};

/// Stops of the slider over the window, whatever its length: fine enough for the pointer, few
/// enough for arrow keys.
const STOPS: u64 = 400;
/// The way to the past, for those who have not been there.
const HINT: &str = "Drag the line, or press the arrow keys, to look at any moment of the run.";
/// Distance of the readout from the moment that it is about, in CSS pixels.
const GAP_PX: f64 = 10.0;

impl App {
    pub(super) fn view_timeline(&self, link: &Scope<Self>) -> Html {
        let past = self.is_past().then_some("past");
        let past_bar = past.map(|_| self.view_past(link));
        // The least height of a frame that has room for a chart; the page has key figures and a header besides.
        let room = if self.options.embed { "(max-height: 419px)" } else { "(max-height: 559px)" };
        if self.chart.is_empty() || browser::matches_media(room) {
            return html! {
                <div class={classes!("timeline", "low", past)}>
                    <div class="chart">{ self.view_track(link, self.chart.view_nodes()) }</div>
                    <div class="timeline-bar">{ past_bar }</div>
                </div>
            };
        }
        html! {
            <div class={classes!("timeline", past)}>
                <div class="timeline-bar">
                    { past_bar.unwrap_or_else(|| html! { <p class="mute timeline-hint">{ HINT }</p> }) }
                    { self.chart.view_key() }
                    { self.view_zoom(link) }
                </div>
                <div class="chart">
                    { self.chart.view_flags() }
                    { self.chart.view_names() }
                    { self.view_track(link, self.chart.view_lanes()) }
                    { self.chart.view_axis() }
                </div>
            </div>
        }
    }

    /// Returns `true` if the run goes on after the moment that is shown.
    fn is_past(&self) -> bool {
        self.snapshot.at_ms < self.session.borrow().end_ms()
    }

    /// Says where in the past one is, with the ways on from there.
    fn view_past(&self, link: &Scope<Self>) -> Html {
        let (now_ms, end_ms) = (self.snapshot.at_ms, self.session.borrow().end_ms());
        let small = |msg: Msg, sign: &'static str, words: &'static str, name: &'static str, title: &'static str| {
            let props = ButtonProps {
                class: "small",
                sign,
                words,
                name: name.into(),
                title: title.into(),
                ..ButtonProps::default()
            };
            button(link, msg, props)
        };
        let (sign, words, name) = if self.pace.playing {
            (icons::PAUSE, "Pause", "Pause here")
        } else {
            (icons::PLAY, "Play", "Play from here")
        };
        html! {
            <div class="past-bar" role="group" aria-label="The past" ref={self.refs.past.clone()}>
                <p><span class="past-words">{ "You are looking at " }</span><b>{ elapsed(now_ms) }</b>{ format!(" of {}", elapsed(end_ms)) }</p>
                { small(Msg::Play(!self.pace.playing), sign, words, name, "Play the run again from this moment") }
                { small(Msg::Branch, icons::BRANCH, "Branch here", "Branch here", "Go on from this moment without what came after it; Undo brings that back") }
                { small(Msg::Seek(end_ms), icons::LATEST, "Back to now", "Back to now", "Back to the latest moment of this run") }
            </div>
        }
    }

    fn view_zoom(&self, link: &Scope<Self>) -> Html {
        let choice = |zoom: Zoom, words: &'static str| {
            let props =
                ButtonProps { class: "small", words, pressed: Some(self.zoom == zoom), ..ButtonProps::default() };
            button(link, Msg::Zoom(zoom), props)
        };
        html! {
            <div class="switch zoom" role="group" aria-label="Part of the run">
                { choice(Zoom::All, "All") }
                { choice(Zoom::Last, "Last 10 min") }
            </div>
        }
    }

    /// The lanes under the slider, and the values at the pointer or at the moment that is shown.
    fn view_track(&self, link: &Scope<Self>, lanes: Html) -> Html {
        let (now_ms, end_ms) = (self.snapshot.at_ms, self.session.borrow().end_ms());
        let window = self.chart.window;
        let oninput = link.batch_callback(move |event: InputEvent| {
            let stop: u64 = number(&event)?;
            let length_ms = window.to_ms - window.from_ms;
            let is_end = stop >= STOPS && window.to_ms >= end_ms;
            Some(Msg::Seek(if is_end { end_ms } else { window.from_ms + stop * length_ms / STOPS }))
        });
        let track = self.refs.track.clone();
        let onpointermove = link.callback(move |event: PointerEvent| {
            Msg::Read(track.cast::<HtmlElement>().map(|track| share_of(&track, &event)))
        });
        let onpointerleave = link.callback(|_: PointerEvent| Msg::Read(None));
        let stop = window.x(now_ms) * STOPS / super::axis::WIDTH;
        html! {
            <div class="track" ref={self.refs.track.clone()} {onpointermove} {onpointerleave}>
                { lanes }
                { self.chart.view_veil(now_ms, self.read_ms()) }
                <input type="range" aria-label="Timeline" min="0" max={STOPS.to_string()} step="1"
                    value={stop.to_string()} aria-valuetext={self.spoken_moment()} disabled={end_ms == 0} {oninput} />
                { self.view_readout() }
            </div>
        }
    }

    /// Returns the moment that is shown and its values, for a screen reader.
    fn spoken_moment(&self) -> String {
        let (now_ms, end_ms) = (self.snapshot.at_ms, self.session.borrow().end_ms());
        let of_end = if now_ms < end_ms { format!(" of {}", clock(end_ms)) } else { String::new() };
        let readout = self.chart.read(now_ms);
        format!("{}{of_end}, {}", readout.time, readout.values.join(", "))
    }

    fn view_readout(&self) -> Html {
        let at_ms = self.readout_ms();
        let readout = self.chart.read(at_ms);
        let typed = self.chart.typed_about(at_ms).map(|typed| html! { <code>{ typed.to_owned() }</code> });
        html! {
            <p class="readout" ref={self.refs.readout.clone()}>
                <b>{ readout.time }</b>
                { for readout.values.into_iter().map(|value| html! { <span>{ value }</span> }) }
                { typed }
            </p>
        }
    }

    /// Returns the moment of the values: at the pointer, else the one that is shown.
    fn readout_ms(&self) -> u64 {
        self.read_ms().unwrap_or(self.snapshot.at_ms)
    }

    fn read_ms(&self) -> Option<u64> {
        self.read_share.map(|share| self.chart.window.moment_ms(share))
    }

    /// Puts the readout beside its moment, where there is room.
    pub(crate) fn place_readout(&self) -> Option<()> {
        let readout = self.refs.readout.cast::<HtmlElement>()?;
        let width_px = f64::from(readout.offset_width());
        // It is shown only to those who point at the chart, or have the slider.
        if width_px == 0.0 {
            return None;
        }
        let room_px = f64::from(self.refs.track.cast::<HtmlElement>()?.client_width());
        let x_px = self.chart.window.share(self.readout_ms()).unwrap_or(1.0) * room_px;
        let is_right = x_px + GAP_PX + width_px <= room_px;
        let left_px = if is_right { x_px + GAP_PX } else { (x_px - GAP_PX - width_px).max(0.0) };
        browser::set_px(&readout, "left", left_px);
        Some(())
    }

    /// Returns `true` if the focus is on the bar of the past.
    pub(crate) fn has_past_focus(&self) -> bool {
        let bar = self.refs.past.cast::<HtmlElement>();
        let active = browser::document().and_then(|document| document.active_element());
        bar.is_some_and(|bar| bar.contains(active.as_ref().map(AsRef::as_ref)))
    }

    /// Focuses the slider if the bar of the past went away with the focus.
    pub(crate) fn keep_focus(&mut self) {
        if std::mem::take(&mut self.has_past_focus)
            && !self.is_past()
            && let Some(track) = self.refs.track.cast::<HtmlElement>()
            && let Ok(Some(slider)) = track.query_selector("input")
            && let Some(slider) = wasm_bindgen::JsCast::dyn_ref::<HtmlElement>(&slider)
        {
            // Refused only by an element that is not in the page.
            let _ = slider.focus();
        }
    }
}

/// Returns the place of the pointer over an element, from 0 at its left to 1.
fn share_of(element: &HtmlElement, event: &PointerEvent) -> f64 {
    let frame = element.get_bounding_client_rect();
    (f64::from(event.client_x()) - frame.left()) / frame.width().max(1.0)
}

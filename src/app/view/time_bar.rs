//! The time controls: play, pause, step, speed, and the timeline back to any moment of the run.

use web_sys::{HtmlInputElement, InputEvent};
use yew::html::Scope;
use yew::prelude::*;

use super::button::{ButtonProps, button};
use super::icons;
use crate::format::clock;
use crate::pace::{SPEEDS, speed_at, spoken, stop_of};
use crate::{App, Msg};

/// Stops of the slider over the run so far, whatever its length: fine enough for the pointer, few
/// enough for arrow keys.
const STOPS: u64 = 400;

impl App {
    pub(super) fn view_time_bar(&self, link: &Scope<Self>) -> Html {
        let playing = self.pace.playing;
        let speed = self.pace.speed;
        let oninput = link.batch_callback(|event: InputEvent| number(&event).map(|stop| Msg::Speed(speed_at(stop))));
        let ms = self.snapshot.at_ms;
        let clock_button = |on: bool, sign: &'static str, name: &'static str| {
            let props = ButtonProps {
                sign,
                name: name.into(),
                title: name.into(),
                pressed: Some(playing == on),
                ..ButtonProps::default()
            };
            button(link, Msg::Play(on), props)
        };
        let sign_button = |msg: Msg, sign: &'static str, words: &'static str, title: &'static str| {
            button(
                link,
                msg,
                ButtonProps { sign, words, name: words.into(), title: title.into(), ..ButtonProps::default() },
            )
        };
        html! {
            <section class="panel time" aria-label="Time">
                { self.view_timeline(link) }
                <div class="time-row">
                    <div class="switch" role="group" aria-label="Clock">
                        { clock_button(true, icons::PLAY, "Play") }
                        { clock_button(false, icons::PAUSE, "Pause") }
                    </div>
                    { sign_button(Msg::Step, icons::STEP, "Step", "To the next event, or one second on when none is due") }
                    { sign_button(Msg::SkipToIdle, icons::SKIP, "Skip to idle", "Until nothing is under way") }
                    <span class="clock" role="timer" aria-label="Simulated time" title="Simulated time since the start" data-ms={ms.to_string()}>{ clock(ms) }</span>
                    <label class="speed">
                        <span class="speed-name">{ "Speed" }</span>
                        <input type="range" aria-label="Speed" min="0" max={(SPEEDS.len() - 1).to_string()} step="1"
                            value={stop_of(speed).to_string()} aria-valuetext={spoken(speed)} {oninput} />
                        <output title={spoken(speed)}>{ format!("{speed}×") }</output>
                    </label>
                    <div class="time-end">
                        if self.options.embed {
                            { button(link, None, ButtonProps { words: "Share", panel: Some("share"), ..ButtonProps::default() }) }
                        }
                        { button(link, Msg::Reset, ButtonProps { words: "Reset", title: "Forget everything and start at 00:00:00".into(), ..ButtonProps::default() }) }
                    </div>
                </div>
            </section>
        }
    }

    /// The run so far with the moment that is shown, and the way back from the past.
    fn view_timeline(&self, link: &Scope<Self>) -> Html {
        let (now_ms, end_ms) = (self.snapshot.at_ms, self.session.borrow().end_ms());
        let is_past = now_ms < end_ms;
        let stop = (now_ms * STOPS).checked_div(end_ms).unwrap_or(STOPS);
        let oninput = link.batch_callback(move |event: InputEvent| {
            number(&event).map(|stop: u64| Msg::Seek(if stop >= STOPS { end_ms } else { stop * end_ms / STOPS }))
        });
        let spoken = if is_past { format!("{} of {}", clock(now_ms), clock(end_ms)) } else { clock(now_ms) };
        let small = |msg: Msg, sign: &'static str, words: &'static str, title: &'static str| {
            let props = ButtonProps {
                class: "small",
                sign,
                words,
                name: words.into(),
                title: title.into(),
                disabled: !is_past,
                ..ButtonProps::default()
            };
            button(link, msg, props)
        };
        html! {
            <div class={if is_past { "timeline past" } else { "timeline" }}>
                <div class="track">
                    { self.chart.view() }
                    <input type="range" aria-label="Timeline" title="Back to any moment of this run" min="0" max={STOPS.to_string()} step="1"
                        value={stop.to_string()} aria-valuetext={spoken} disabled={end_ms == 0} {oninput} />
                </div>
                { small(Msg::Branch, icons::BRANCH, "Branch here", "Go on from this moment without what came after it; Undo brings that back") }
                { small(Msg::Seek(end_ms), icons::LATEST, "Latest", "Back to the latest moment of this run") }
            </div>
        }
    }
}

/// Returns the value that a slider was moved to.
fn number<T: std::str::FromStr>(event: &InputEvent) -> Option<T> {
    event.target_dyn_into::<HtmlInputElement>()?.value().parse().ok()
}

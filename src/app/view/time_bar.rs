//! The time controls: play, pause, step, speed, under the chart of the run.

use web_sys::{HtmlInputElement, InputEvent};
use yew::html::Scope;
use yew::prelude::*;

use super::button::{ButtonProps, button};
use super::icons;
use crate::format::clock;
use crate::pace::{SPEEDS, speed_at, spoken, stop_of};
use crate::{App, Msg};

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
}

/// Returns the value that a slider was moved to.
pub(super) fn number<T: std::str::FromStr>(event: &InputEvent) -> Option<T> {
    event.target_dyn_into::<HtmlInputElement>()?.value().parse().ok()
}

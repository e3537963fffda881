//! Time is a control: play, pause, step, speed.

use web_sys::{HtmlInputElement, InputEvent};
use yew::html::Scope;
use yew::prelude::*;

use super::dialogs::Dialog;
use super::icons;
use crate::app::format::clock;
use crate::app::pace::{SPEEDS, speed_at, spoken, stop_of};
use crate::app::{App, Msg};

impl App {
    pub(super) fn view_time_bar(&self, link: &Scope<Self>) -> Html {
        let playing = self.pace.playing;
        let pressed = |on: bool| if on { "true" } else { "false" };
        let speed = self.pace.speed;
        let oninput = link.batch_callback(|event: InputEvent| {
            let input = event.target_dyn_into::<HtmlInputElement>()?;
            input.value().parse().ok().map(|stop| Msg::Speed(speed_at(stop)))
        });
        let ms = self.snapshot.at_ms;
        let send = |msg: fn() -> Msg| link.callback(move |_: MouseEvent| msg());
        html! {
            <section class="panel time" aria-label="Time">
                <div class="switch" role="group" aria-label="Clock">
                    <button aria-label="Play" title="Play" aria-pressed={pressed(playing)} onclick={send(|| Msg::Play(true))}>{ icons::play() }</button>
                    <button aria-label="Pause" title="Pause" aria-pressed={pressed(!playing)} onclick={send(|| Msg::Play(false))}>{ icons::pause() }</button>
                </div>
                <button aria-label="Step" onclick={send(|| Msg::Step)} title="To the next event, or one second on when none is due">{ icons::step() }<span class="words">{ "Step" }</span></button>
                <button aria-label="Skip to idle" onclick={send(|| Msg::SkipToIdle)} title="Until nothing is under way">{ icons::skip() }<span class="words">{ "Skip to idle" }</span></button>
                <span class="clock" role="timer" aria-label="Simulated time" title="Simulated time since the start" data-ms={ms.to_string()}>{ clock(ms) }</span>
                <label class="speed">
                    <span class="speed-name">{ "Speed" }</span>
                    <input type="range" aria-label="Speed" min="0" max={(SPEEDS.len() - 1).to_string()} step="1"
                        value={stop_of(speed).to_string()} aria-valuetext={spoken(speed)} {oninput} />
                    <output title={spoken(speed)}>{ format!("{speed}×") }</output>
                </label>
                <div class="time-end">
                    if self.options.embed {
                        <button onclick={send(|| Msg::Open(Dialog::Share))}>{ "Share" }</button>
                    }
                    <button onclick={send(|| Msg::Reset)} title="Forget everything and start at 00:00:00">{ "Reset" }</button>
                </div>
            </section>
        }
    }
}

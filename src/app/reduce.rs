//! The effect of every message: the one place in which the session and the view's state change.

use yew::Context;

use super::console::prompt::Effect;
use super::pace::SPEED_MAX;
use super::{ActiveExample, App, Msg, browser, handle, log};
use scale_down_session::examples::Example;

/// The notice shown where the simulator cannot be downloaded.
const MISSING: &str =
    "The simulator could not be downloaded: the connection failed, or this page is an older copy. Reload the page.";

impl App {
    /// Applies a message; the session changes nowhere else.
    pub(super) fn take(&mut self, ctx: &Context<Self>, msg: Msg) {
        match msg {
            Msg::Arrived(typed) => self.begin_run(ctx, &typed),
            Msg::Missing => {
                self.notice = Some(MISSING.into());
                if let Some(host) = browser::element("app") {
                    handle::announce(&host);
                }
            }
            Msg::Frame => self.wake.fired(),
            Msg::Changed => {}
            Msg::Prompt(effect) => self.take_effect(effect),
            Msg::Interrupt => self.session.borrow_mut().interrupt(),
            Msg::Clear => self.clear(),
            Msg::SkipAhead => self.skip_ahead(),
            Msg::SkipToIdle => self.session.borrow_mut().advance_until_idle(),
            Msg::Step => {
                self.pace.playing = false;
                let mut session = self.session.borrow_mut();
                if !session.advance_to_next_event() {
                    session.advance(1_000);
                }
            }
            Msg::Play(playing) => {
                self.pace.playing = playing;
                self.pace.rest();
            }
            Msg::Speed(speed) => self.pace.speed = speed.clamp(1, SPEED_MAX),
            Msg::Reset => {
                self.session.borrow_mut().reset();
                self.begin();
                self.active_example = None;
            }
            Msg::Undo => {
                self.session.borrow_mut().undo();
            }
            Msg::Redo => {
                self.session.borrow_mut().redo();
            }
            Msg::Run(lines) => self.run(&lines),
            Msg::Fill(lines) => self.prompt.borrow_mut().put(lines),
            Msg::Seek(at_ms) => {
                self.pace.playing = false;
                self.session.borrow_mut().seek(at_ms);
            }
            Msg::Branch => {
                self.session.borrow_mut().branch();
                self.table_ms = 0.0;
            }
            Msg::Read(share) => self.read_share = share,
            Msg::Zoom(zoom) => self.zoom = zoom,
            Msg::Begin => {
                self.begin();
                self.active_example = None;
            }
            Msg::View(view) => {
                self.view = view;
                self.table_ms = 0.0;
            }
            Msg::LeaveLesson => self.session.borrow_mut().leave_lesson(),
            Msg::Resized => self.measure(),
            Msg::Restyled => {
                self.measure();
                self.recolour();
            }
            Msg::Load(example) => self.load_example(example),
            Msg::RunStep(place) => {
                let step =
                    self.active_example.as_ref().and_then(|active_example| active_example.example.steps.get(place));
                if let Some(step) = step {
                    self.run(step.line);
                }
            }
            Msg::LeaveExample => self.active_example = None,
            Msg::Point(point) => {
                let hit = point.and_then(|(x_px, y_px)| self.painter.as_ref()?.hit(x_px, y_px));
                self.pointed = hit;
            }
            Msg::Choose(x_px, y_px) => {
                let hit = self.painter.as_ref().and_then(|painter| painter.hit(x_px, y_px));
                self.chosen = if self.chosen == hit { None } else { hit };
            }
            Msg::Walk(direction) => {
                self.chosen = self.painter.as_ref().and_then(|painter| painter.neighbour(self.chosen, direction));
                self.pointed = None;
                self.reveal_chosen();
            }
            Msg::Unchoose => {
                self.chosen = None;
                self.pointed = None;
            }
            Msg::Compare(ways) => self.compare(&ways),
            Msg::Lane(place) => self.comparison.iter_mut().for_each(|comparison| comparison.shown = place),
            Msg::Page(page) => {
                self.table.page = page;
                self.table_ms = 0.0;
            }
        }
    }

    pub(super) fn run(&mut self, text: &str) {
        let number = text.trim().strip_prefix(":: ").and_then(|number| number.trim().parse().ok());
        if let Some(example) = number.and_then(|number| self.session.borrow().example(number)) {
            self.prompt.borrow_mut().put(example.to_owned());
            return;
        }
        let is_answer = self.session.borrow().is_asking();
        self.session.borrow_mut().submit(text);
        self.stick = true;
        if is_answer || text.trim().is_empty() {
            return;
        }
        if let Some(active_example) = &mut self.active_example {
            let typed = active_example.example.steps.iter().rposition(|step| text.contains(step.line));
            active_example.done = active_example.done.max(typed.map_or(0, |place| place + 1));
            // Whoever begins with a line of their own is not in need of one.
            if active_example.done == 0 {
                self.active_example = None;
            }
        }
        log::remember(&mut self.prompt.borrow_mut().history, text);
    }

    /// Begins the view anew after a reset: an empty screen and a running clock.
    fn begin(&mut self) {
        self.cleared = 0;
        self.notice = None;
        self.chosen = None;
        self.pointed = None;
        self.table.page = 0;
        self.pace.playing = true;
        self.pace.rest();
    }

    fn skip_ahead(&self) {
        let mut session = self.session.borrow_mut();
        let waiting = session.busy().map(|entry| entry.id);
        while waiting.is_some() && session.busy().map(|entry| entry.id) == waiting {
            if !session.advance_to_next_event() {
                break;
            }
        }
    }

    fn load_example(&mut self, example: &'static Example) {
        self.session.borrow_mut().begin_with(example.setup);
        self.begin();
        self.compare(example.compare);
        // What is over is there to be looked at.
        self.pace.playing = example.compare.is_empty();
        self.active_example = (!example.steps.is_empty()).then_some(ActiveExample { example, done: 0 });
    }

    fn take_effect(&mut self, effect: Option<Effect>) {
        match effect {
            Some(Effect::Run(text)) => self.run(&text),
            Some(Effect::Interrupt) => self.session.borrow_mut().interrupt(),
            Some(Effect::Clear) => self.clear(),
            None => {}
        }
    }

    fn clear(&mut self) {
        self.cleared = self.transcript.last().map_or(0, |entry| entry.id + 1);
    }
}

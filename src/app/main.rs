//! The page: a console, a picture of the nodes, and the clock between them.
//!
//! One component holds the session and is the only one to change it; every change is a [`Msg`].
//! The picture is painted on a canvas from a snapshot at every frame, the rest is rendered a few
//! times a second and when the transcript changes.

mod absent;
mod browser;
mod compare;
mod console;
mod crash;
mod follow;
mod format;
mod frame;
mod grid;
mod handle;
mod log;
mod options;
mod pace;
mod reduce;
mod simulator;
mod view;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use gloo::events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlCanvasElement, HtmlElement};
use yew::prelude::*;

use absent::Absent;
use compare::Comparison;
use console::prompt::{Effect, Prompt};
use frame::{SizeObserver, Wake};
use grid::paint::{Direction, NodeKey, Painter};
use handle::{Listener, Page};
use options::{Link, Options, View};
use pace::Pace;
use view::axis::Zoom;
use view::chart::Chart;
use view::swatch;
use view::table::NodeTable;

use scale_down_engine::Snapshot;
use scale_down_session::examples::{Example, FIRST};
use scale_down_session::verdict::Verdict;
use scale_down_session::{Entry, SessionOptions, SharedSimulation};

/// Real time between two renderings of everything but the canvas.
const RENDER_MS: f64 = 100.0;
/// The same for ages and costs in the table.
const TABLE_MS: f64 = 300.0;
/// Work on the counterfactuals of a run at a time, in units as `docs/session.md` counts them: a millisecond or two.
const VERDICT_WORK: u64 = 400;
/// Default speed, in simulated milliseconds per real one: slow enough to see things happen.
const SPEED: u32 = 60;

/// Everything that can happen.
#[derive(Clone, Debug)]
pub enum Msg {
    /// The simulator has arrived; lines that were typed before.
    Arrived(Vec<Arc<str>>),
    /// The simulator could not be downloaded.
    Missing,
    /// A frame or a tick of the clock is due.
    Frame,
    /// The prompt has taken a message; the effect that it asks of the page.
    Prompt(Option<Effect>),
    /// Stop waiting.
    Interrupt,
    /// Hide the transcript so far.
    Clear,
    /// Let time pass until the running command ends.
    SkipAhead,
    /// Let time pass until nothing is under way.
    SkipToIdle,
    /// Advance to the next event, or by a second where none is due, and pause.
    Step,
    /// Start or stop the clock.
    Play(bool),
    /// Set the speed.
    Speed(u32),
    /// Begin anew.
    Reset,
    /// Take back the last command.
    Undo,
    /// Run the command taken back again.
    Redo,
    /// Run lines, as if they were typed.
    Run(String),
    /// Put lines into the prompt.
    Fill(String),
    /// Go to a time, past or future, and stand still.
    Seek(u64),
    /// Read the chart at a place, from 0 at its left to 1, or no longer.
    Read(Option<f64>),
    /// Show another part of the run in the chart.
    Zoom(Zoom),
    /// Drop what comes after the moment that is shown.
    Branch,
    /// The session begins anew, by a script of the page's.
    Begin,
    /// Go on without the lesson.
    LeaveLesson,
    /// Picture or table.
    View(View),
    /// The room for the picture changed.
    Resized,
    /// The system's theme, wish for motion or resolution changed.
    Restyled,
    /// Start from an example.
    Load(&'static Example),
    /// Run a step of the example.
    RunStep(usize),
    /// Leave the example.
    LeaveExample,
    /// The pointer is over a point of the picture, or has left it.
    Point(Option<(f64, f64)>),
    /// A point of the picture was chosen.
    Choose(f64, f64),
    /// An arrow key in the picture.
    Walk(Direction),
    /// The picture has lost the focus, or Escape was pressed in it.
    Unchoose,
    /// Show other ways beside the run, as the address names them; the run alone if the text is empty.
    Compare(String),
    /// Of several pictures, the one to be seen where there is room for one.
    Lane(usize),
    /// Another page of the table.
    Page(usize),
    /// The session was changed from outside, through `window.scaleDown`.
    Changed,
}

/// Elements that are reached into by hand.
#[derive(Default)]
struct Refs {
    scroller: NodeRef,
    canvas: NodeRef,
    heads: NodeRef,
    cursor: NodeRef,
    card: NodeRef,
    log: NodeRef,
    track: NodeRef,
    readout: NodeRef,
    past: NodeRef,
}

/// The example under way.
struct ActiveExample {
    example: &'static Example,
    /// Steps that were run.
    done: usize,
}

/// The page.
pub struct App {
    options: Options,
    session: SharedSimulation,
    pace: Pace,
    view: View,
    active_example: Option<ActiveExample>,
    prompt: Rc<RefCell<Prompt>>,
    refs: Refs,
    painter: Option<Painter>,
    snapshot: Rc<Snapshot>,
    transcript: Vec<Arc<Entry>>,
    revision: u64,
    /// `true` once the simulator has arrived.
    is_running: bool,
    notice: Option<AttrValue>,
    cleared: u64,
    pointed: Option<NodeKey>,
    chosen: Option<NodeKey>,
    table: NodeTable,
    chart: Chart,
    zoom: Zoom,
    /// Place at which the pointer reads the chart, from 0 at its left to 1.
    read_share: Option<f64>,
    /// `true` if the bar of the past had the focus before the last message.
    has_past_focus: bool,
    rendered_ms: f64,
    table_ms: f64,
    verdict: Verdict,
    comparison: Option<Comparison>,
    stick: bool,
    wake: Wake,
    size_observer: Option<SizeObserver>,
    tint: u32,
    listener: Listener,
    _listeners: Vec<EventListener>,
}

impl Component for App {
    type Message = Msg;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        let location = browser::window().map(|window| window.location());
        let part = |part: Option<Result<String, _>>| part.and_then(Result::ok).unwrap_or_default();
        let options = Options::parse(
            &part(location.as_ref().map(web_sys::Location::search)),
            &part(location.as_ref().map(web_sys::Location::hash)),
        );
        let mut app = Self {
            pace: Pace::new(options.speed.unwrap_or(SPEED)),
            view: options.view,
            active_example: None,
            prompt: Rc::new(RefCell::new(Prompt::new(log::history()))),
            refs: Refs::default(),
            painter: None,
            snapshot: Rc::default(),
            session: Rc::new(RefCell::new(Box::new(Absent::default()))),
            transcript: Vec::new(),
            revision: u64::MAX,
            is_running: false,
            notice: None,
            cleared: 0,
            pointed: None,
            chosen: None,
            table: NodeTable::default(),
            chart: Chart::default(),
            zoom: Zoom::default(),
            read_share: None,
            has_past_focus: false,
            rendered_ms: 0.0,
            table_ms: 0.0,
            verdict: Verdict::default(),
            comparison: None,
            stick: true,
            wake: Wake::default(),
            size_observer: None,
            tint: 0,
            listener: Listener::default(),
            _listeners: listeners(ctx),
            options,
        };
        app.greet();
        app.send_for_simulator(ctx);
        app
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        let now_ms = browser::now_ms();
        // Time first: what is done now is done after what has passed.
        let elapsed_ms = self.pace.elapsed(now_ms);
        if elapsed_ms > 0 {
            self.session.borrow_mut().advance(elapsed_ms);
        }
        let shown = !matches!(msg, Msg::Frame);
        self.has_past_focus |= self.has_past_focus();
        self.take(ctx, msg);
        let said = self.follow_transcript();
        let idle = self.session.borrow().is_idle();
        self.follow_nodes(now_ms);
        let mut moving = self.painter.as_mut().is_some_and(|painter| painter.paint(now_ms));
        if self.comparison.is_some() {
            self.verdict = self.session.borrow_mut().verdict(VERDICT_WORK);
            // What is not worked out yet is gone on with at the next frame.
            moving |= self.follow_ways(now_ms) || !self.verdict.is_known();
        }
        let table_due = now_ms - self.table_ms >= TABLE_MS;
        let render = shown || said || table_due || now_ms - self.rendered_ms >= RENDER_MS;
        if render {
            self.rendered_ms = now_ms;
        }
        // The table must not contradict the summary; ages and costs may lag a little.
        if table_due || (render && self.table.counts != self.snapshot.counts) {
            self.table_ms = now_ms;
            self.table.follow(&**self.session.borrow(), &self.snapshot);
            self.table.counts = self.snapshot.counts;
            if self.comparison.is_none() {
                self.verdict = self.session.borrow_mut().verdict(VERDICT_WORK);
            }
        }
        // After the verdict: it has the prices of the other way, and may be the last thing before a rest.
        if render {
            let run = self.session.borrow().timeline_view();
            self.chart = Chart::new(run, self.chart.window, self.zoom, self.snapshot.at_ms);
            self.follow_figures();
        }
        self.sleep(ctx, idle, moving, !table_due || !self.verdict.is_known());
        render
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        if first {
            self.painter = self.refs.canvas.cast::<HtmlCanvasElement>().and_then(Painter::new);
            let link = ctx.link().clone();
            self.size_observer = self
                .refs
                .scroller
                .cast()
                .and_then(|scroller| SizeObserver::watch(&scroller, move || link.send_message(Msg::Resized)));
        }
        Self::place_heads(self.painter.as_ref(), &self.refs.heads);
        self.attend_lanes(ctx);
        self.place_card();
        self.place_readout();
        self.keep_focus();
        self.prompt.borrow_mut().rendered();
        swatch::paint_all(self.tint);
        if let Some(log) = self.refs.log.cast::<HtmlElement>()
            && std::mem::take(&mut self.stick)
        {
            log.set_scroll_top(log.scroll_height());
        }
        if let Some(listener) = &*self.listener.borrow() {
            // What a script of the page makes of it is its own affair.
            let _ = listener.call0(&JsValue::NULL);
        }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        self.view_page(ctx.link())
    }
}

impl App {
    /// Takes over what was typed at the static shell, or puts the address's lines at the prompt.
    fn greet(&mut self) {
        match &self.options.link {
            Link::None => {
                if let Some(typed) = browser::element("prompt").and_then(|element| element.dyn_into().ok()) {
                    self.prompt.borrow_mut().take_over(&typed);
                }
                if !self.options.embed && self.left_run().is_none() {
                    self.active_example = Some(ActiveExample { example: &FIRST, done: 0 });
                }
            }
            Link::Run(lines) if !self.options.restore && !self.options.autorun => {
                self.prompt.borrow_mut().put(lines.clone());
            }
            Link::Run(_) | Link::Shared(_) => {}
        }
    }

    /// Asks for the simulator, which then takes the place of [`Absent`].
    fn send_for_simulator(&self, ctx: &Context<Self>) {
        let begin = SessionOptions {
            seed: self.options.seed,
            strict: self.options.strict,
            terminal: true,
            ..SessionOptions::default()
        };
        let session = Rc::clone(&self.session);
        let link = ctx.link().clone();
        yew::platform::spawn_local(async move {
            let msg = match simulator::open(begin).await {
                Ok(arrived) => {
                    let absent = session.replace(arrived);
                    Msg::Arrived(absent.transcript().iter().map(|entry| Arc::clone(&entry.line)).collect())
                }
                Err(_) => Msg::Missing,
            };
            link.send_message(msg);
        });
    }

    /// The simulator is there: plays what the address asks for, then what was typed meanwhile.
    fn begin_run(&mut self, ctx: &Context<Self>, typed: &[Arc<str>]) {
        match std::mem::take(&mut self.options.link) {
            Link::Run(script) if self.options.restore => self.session.borrow_mut().load(&script),
            Link::Run(lines) if self.options.autorun => self.run(&lines),
            Link::Shared(link) => {
                if let Err(error) = self.session.borrow_mut().open(&link) {
                    self.notice = Some(error.to_string().into());
                }
            }
            Link::None => {
                // One that does not play is as good as none.
                if let Some(script) = self.left_run().filter(|_| typed.is_empty()) {
                    let _ = self.session.borrow_mut().open(&script);
                }
            }
            Link::Run(_) => {}
        }
        for lines in typed {
            self.session.borrow_mut().submit(lines);
        }
        self.is_running = true;
        self.pace.rest();
        if let Some(at_ms) = self.options.at_ms {
            self.session.borrow_mut().seek(at_ms);
            self.pace.playing = false;
        }
        let ways = std::mem::take(&mut self.options.compare);
        if !ways.is_empty() {
            self.compare(&ways);
            // A run that is over is there to be looked at.
            self.pace.playing &= self.session.borrow().transcript().is_empty();
        }
        Page::hand_over(&self.session, ctx.link(), &self.listener, self.options.api);
    }

    /// The run that was left at the last visit, unless the address asks for one of its own.
    fn left_run(&self) -> Option<String> {
        let options = &self.options;
        let is_asked_for = options.embed || options.seed.is_some() || options.strict || options.at_ms.is_some();
        log::stored().filter(|_| !is_asked_for)
    }
}

/// Listens to the window's size and resolution, and to the system's theme and wish for motion.
fn listeners(ctx: &Context<App>) -> Vec<EventListener> {
    let Some(window) = browser::window() else { return Vec::new() };
    let mut listeners = Vec::new();
    let mut listen = |target: &web_sys::EventTarget, event: &'static str| {
        let link = ctx.link().clone();
        listeners.push(EventListener::new(target, event, move |_| link.send_message(Msg::Restyled)));
    };
    listen(&window, "resize");
    for query in ["(prefers-color-scheme: dark)", "(prefers-reduced-motion: reduce)"] {
        if let Ok(Some(list)) = window.match_media(query) {
            listen(&list, "change");
        }
    }
    listeners
}

/// Mounts the page in place of the static shell.
fn main() {
    crash::install();
    let host = browser::document().and_then(|document| document.get_element_by_id("app"));
    if let Some(host) = host {
        yew::Renderer::<App>::with_root(host).render();
    }
}

//! The page: a console, a picture of the nodes, and the clock between them.
//!
//! One component holds the session and is the only one to change it; every change is a [`Msg`].
//! The picture is painted on a canvas from a snapshot at every frame, the rest is rendered a few
//! times a second and when the transcript changes.

mod browser;
mod console;
mod crash;
mod format;
mod frame;
mod grid;
mod log;
mod options;
mod pace;
mod theme;
mod view;

use std::cell::RefCell;
use std::rc::Rc;

use gloo::events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{HtmlCanvasElement, HtmlElement};
use yew::prelude::*;

use console::prompt::{self, Effect, Prompt};
use frame::{Room, Wake};
use grid::layout::Viewport;
use grid::paint::{NodeKey, Painter, Step};
use options::{Link, Options, View};
use pace::Pace;
use theme::Theme;
use view::dialogs::{Dialog, select_link, write_links};
use view::swatch;
use view::table::NodeTable;

use crate::engine::Snapshot;
use crate::js::Simulator;
use crate::session::examples::{EXAMPLES, Example, FIRST};
use crate::session::{Entry, Session, SessionOptions, share};

/// Real time between two renderings of everything but the canvas.
const RENDER_MS: f64 = 100.0;
/// The same for ages and costs in the table.
const TABLE_MS: f64 = 300.0;
/// The stored speed at which one sees things happen.
const SPEED: u32 = 60;

/// Everything that can happen.
#[derive(Debug)]
pub enum Msg {
    /// A frame or a tick of the clock is due.
    Frame,
    /// For the prompt.
    Prompt(prompt::Msg),
    /// Stop waiting.
    Interrupt,
    /// Hide the transcript so far.
    Clear,
    /// Let time pass until the running command ends.
    SkipAhead,
    /// Let time pass until nothing is under way.
    SkipToIdle,
    /// To the next event.
    Step,
    /// Start or stop the clock.
    Play(bool),
    /// Set the speed.
    Speed(u32),
    /// Begin anew.
    Reset,
    /// Take back the last command.
    Undo,
    /// Take it up again.
    Redo,
    /// Open a dialog.
    Open(Dialog),
    /// Picture or table.
    View(View),
    /// Light, dark or the system's.
    Theme(Theme),
    /// The room for the picture changed.
    Resized,
    /// The system's theme, wish for motion or resolution changed.
    Restyled,
    /// Start from an example.
    Load(usize),
    /// Run a step of the example.
    RunStep(usize),
    /// Leave the example.
    LeaveExample,
    /// The pointer is over a point of the picture, or has left it.
    Point(Option<(f64, f64)>),
    /// A point of the picture was chosen.
    Choose(f64, f64),
    /// An arrow key in the picture.
    Walk(Step),
    /// The picture has lost the focus, or Escape was pressed in it.
    Unchoose,
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
}

/// The example under way.
struct Guide {
    example: &'static Example,
    /// Steps that were run.
    done: usize,
}

/// The page.
pub struct App {
    options: Options,
    session: Rc<RefCell<Session>>,
    pace: Pace,
    theme: Theme,
    view: View,
    guide: Option<Guide>,
    prompt: Prompt,
    refs: Refs,
    painter: Option<Painter>,
    snapshot: Rc<Snapshot>,
    transcript: Vec<Rc<Entry>>,
    revision: u64,
    /// The transcript may have changed anywhere, not only at its end.
    replayed: bool,
    notice: Option<AttrValue>,
    cleared: u64,
    pointed: Option<NodeKey>,
    chosen: Option<NodeKey>,
    table: NodeTable,
    rendered_ms: f64,
    table_ms: f64,
    stick: bool,
    wake: Wake,
    room: Option<Room>,
    tint: u32,
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
        let stored = browser::load(log::THEME_KEY).and_then(|name| Theme::named(&name));
        let theme = options.theme.or(stored).unwrap_or_default();
        theme.apply();
        let session = Session::new(SessionOptions { seed: options.seed, strict: options.strict, world: None });
        let mut app = Self {
            pace: Pace::new(options.speed.unwrap_or(SPEED)),
            theme,
            view: options.view,
            guide: None,
            prompt: Prompt::new(log::history()),
            refs: Refs::default(),
            painter: None,
            snapshot: Rc::new(session.snapshot()),
            session: Rc::new(RefCell::new(session)),
            transcript: Vec::new(),
            revision: u64::MAX,
            replayed: true,
            notice: None,
            cleared: 0,
            pointed: None,
            chosen: None,
            table: NodeTable::default(),
            rendered_ms: 0.0,
            table_ms: 0.0,
            stick: true,
            wake: Wake::default(),
            room: None,
            tint: 0,
            _listeners: listeners(ctx),
            options,
        };
        app.open_link();
        if app.options.api {
            app.expose(ctx);
        }
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
        self.take(msg);
        let said = self.follow_transcript();
        let idle = self.session.borrow().is_idle();
        self.follow_nodes(now_ms);
        let moving = self.painter.as_mut().is_some_and(|painter| painter.paint(now_ms));
        let table_due = now_ms - self.table_ms >= TABLE_MS;
        let render = shown || said || table_due || now_ms - self.rendered_ms >= RENDER_MS;
        if render {
            self.rendered_ms = now_ms;
        }
        // The table must not contradict the summary; ages and costs may lag a little.
        if table_due || (render && self.table.counts != self.snapshot.counts) {
            self.table_ms = now_ms;
            self.table.follow(&self.session.borrow());
            self.table.counts = self.snapshot.counts;
        }
        self.sleep(ctx, idle, moving, !table_due);
        render
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        if first {
            self.painter = self.refs.canvas.cast::<HtmlCanvasElement>().and_then(Painter::new);
            let link = ctx.link().clone();
            self.room = self
                .refs
                .scroller
                .cast()
                .and_then(|scroller| Room::watch(&scroller, move || link.send_message(Msg::Resized)));
        }
        self.place_heads();
        self.place_card();
        self.prompt.rendered();
        swatch::paint_all(self.tint);
        if let Some(log) = self.refs.log.cast::<HtmlElement>()
            && std::mem::take(&mut self.stick)
        {
            log.set_scroll_top(log.scroll_height());
        }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        self.view_page(ctx.link())
    }
}

impl App {
    /// Applies a message; the session changes nowhere else.
    fn take(&mut self, msg: Msg) {
        match msg {
            Msg::Frame => self.wake.fired(),
            Msg::Changed => self.replayed = true,
            Msg::Prompt(msg) => self.take_prompt(msg),
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
            Msg::Speed(speed) => self.pace.speed = speed,
            Msg::Reset => {
                self.session.borrow_mut().reset();
                self.begin();
                self.guide = None;
            }
            Msg::Undo => {
                self.replayed = self.session.borrow_mut().undo();
            }
            Msg::Redo => {
                self.replayed = self.session.borrow_mut().redo();
            }
            Msg::Open(dialog) => self.open(dialog),
            Msg::View(view) => {
                self.view = view;
                self.table_ms = 0.0;
            }
            Msg::Theme(theme) => {
                self.theme = theme;
                theme.apply();
                browser::save(log::THEME_KEY, theme.name());
                self.recolour();
            }
            Msg::Resized => self.measure(),
            Msg::Restyled => {
                self.measure();
                self.recolour();
            }
            Msg::Load(place) => self.load_example(place),
            Msg::RunStep(place) => {
                let step = self.guide.as_ref().and_then(|guide| guide.example.steps.get(place));
                if let Some(step) = step {
                    self.run(step.line);
                }
            }
            Msg::LeaveExample => self.guide = None,
            Msg::Point(point) => {
                let hit = point.and_then(|(x_px, y_px)| self.painter.as_ref()?.hit(x_px, y_px));
                self.pointed = hit;
            }
            Msg::Choose(x_px, y_px) => {
                let hit = self.painter.as_ref().and_then(|painter| painter.hit(x_px, y_px));
                self.chosen = if self.chosen == hit { None } else { hit };
            }
            Msg::Walk(step) => {
                self.chosen = self.painter.as_ref().and_then(|painter| painter.neighbour(self.chosen, step));
                self.pointed = None;
                self.reveal_chosen();
            }
            Msg::Unchoose => {
                self.chosen = None;
                self.pointed = None;
            }
            Msg::Page(page) => {
                self.table.page = page;
                self.table_ms = 0.0;
            }
        }
    }

    fn run(&mut self, text: &str) {
        self.session.borrow_mut().submit(text);
        if let Some(guide) = &mut self.guide {
            let typed = guide.example.steps.iter().rposition(|step| text.contains(step.line));
            guide.done = guide.done.max(typed.map_or(0, |place| place + 1));
        }
        log::remember(&mut self.prompt.history, text);
        self.stick = true;
    }

    /// After a reset: an empty screen and a running clock.
    fn begin(&mut self) {
        self.cleared = 0;
        self.replayed = true;
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

    fn load_example(&mut self, place: usize) {
        let Some(example) = EXAMPLES.get(place) else { return };
        {
            let mut session = self.session.borrow_mut();
            session.reset();
            session.load(example.setup);
            session.advance_until_idle();
        }
        self.begin();
        self.guide = Some(Guide { example, done: 0 });
        Dialog::Examples.close();
    }

    fn open(&self, dialog: Dialog) {
        if dialog == Dialog::Share {
            let fragment = self.session.borrow().share();
            let here = browser::window().and_then(|window| window.location().href().ok()).unwrap_or_default();
            let page = here.split('#').next().unwrap_or_default();
            let link = format!("{page}{fragment}");
            write_links(&link);
            browser::copy(&link);
        }
        dialog.open();
        if dialog == Dialog::Share {
            select_link();
        }
    }

    fn take_prompt(&mut self, msg: prompt::Msg) {
        let effect = {
            let session = self.session.borrow();
            self.prompt.update(msg, &|line, caret| session.complete(line, caret))
        };
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

    /// What the address asks for: lines for the prompt, or a shared session.
    fn open_link(&mut self) {
        match std::mem::take(&mut self.options.link) {
            Link::None => {
                if let Some(typed) = browser::element("prompt").and_then(|element| element.dyn_into().ok()) {
                    self.prompt.take_over(&typed);
                }
                self.guide = (!self.options.embed).then_some(Guide { example: &FIRST, done: 0 });
            }
            Link::Run(script) if self.options.restore => self.session.borrow_mut().load(&script),
            Link::Run(lines) if self.options.autorun => self.run(&lines),
            Link::Run(lines) => self.prompt.put(lines),
            Link::Shared(link) => match share::decode(&link) {
                Ok(script) => self.session.borrow_mut().load(&script),
                Err(error) => self.notice = Some(error.to_string().into()),
            },
        }
    }

    /// Puts the package's object for this very session at `window.scaleDown`.
    fn expose(&self, ctx: &Context<Self>) {
        let link = ctx.link().clone();
        let simulator = Simulator::shared(Rc::clone(&self.session), Rc::new(move || link.send_message(Msg::Changed)));
        if let Some(window) = browser::window() {
            // A frozen window keeps its own; the page works without.
            let _ = js_sys::Reflect::set(&window, &"scaleDown".into(), &simulator.into());
        }
    }

    /// Takes over what the transcript has become; whether it changed.
    fn follow_transcript(&mut self) -> bool {
        let session = self.session.borrow();
        if session.revision() == self.revision {
            return false;
        }
        self.revision = session.revision();
        let now = session.transcript();
        if !self.replayed
            && now.len() == self.transcript.len()
            && now.iter().zip(&self.transcript).all(|(a, b)| same_stage(a, b))
        {
            return false;
        }
        let fresh = now.iter().enumerate().map(|(place, entry)| match self.transcript.get(place) {
            Some(known) if **known == *entry => Rc::clone(known),
            _ => Rc::new(entry.clone()),
        });
        self.transcript = fresh.collect();
        self.replayed = false;
        log::keep(session.script());
        drop(session);
        self.stick |= self.at_end();
        true
    }

    fn follow_nodes(&mut self, now_ms: f64) {
        let snapshot = self.session.borrow().snapshot();
        if let Some(painter) = &mut self.painter {
            painter.follow(&snapshot, now_ms);
        }
        self.snapshot = Rc::new(snapshot);
    }

    fn recolour(&mut self) {
        self.tint += 1;
        if let Some(painter) = &mut self.painter {
            painter.recolour();
        }
    }

    fn measure(&mut self) {
        let Some(scroller) = self.refs.scroller.cast::<HtmlElement>() else { return };
        let width_px = f64::from(scroller.client_width());
        // As in the style sheet.
        let narrow = width_px < 560.0;
        let phone = browser::matches_media("(max-width: 800px)");
        let viewport = Viewport {
            width_px,
            height_px: f64::from(scroller.client_height()),
            margin_px: if phone { 12.0 } else { 16.0 },
            header_px: if narrow { 46.0 } else { 30.0 },
            cluster_px: 30.0,
        };
        let animate = !browser::matches_media("(prefers-reduced-motion: reduce)");
        if let Some(painter) = &mut self.painter {
            painter.resize(viewport, animate);
        }
    }

    /// Whether the transcript is scrolled to its end, where it then stays.
    fn at_end(&self) -> bool {
        self.refs
            .log
            .cast::<HtmlElement>()
            .is_none_or(|log| log.scroll_height() - log.scroll_top() - log.client_height() < 48)
    }

    /// Plans the next frame: at once while something moves, now and then while only time passes,
    /// not at all while it stands still.
    fn sleep(&mut self, ctx: &Context<Self>, idle: bool, moving: bool, owing: bool) {
        let link = ctx.link().clone();
        let wake = move || link.send_message(Msg::Frame);
        if moving || (self.pace.playing && !idle) {
            self.wake.at_next_frame(wake);
        } else if self.pace.playing {
            self.wake.after_ms(250, wake);
        } else if owing {
            self.wake.after_ms(300, wake);
        } else {
            self.wake.never();
            self.pace.rest();
        }
    }
}

/// Whether an entry has said nothing since: what it says only grows, except by a replay.
fn same_stage(now: &Entry, known: &Entry) -> bool {
    now.state == known.state && now.blocks.len() == known.blocks.len() && now.exit_code == known.exit_code
}

/// The window's size, the system's theme and resolution.
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
pub fn start() {
    crash::install();
    let host = browser::document().and_then(|document| document.get_element_by_id("app"));
    if let Some(host) = host {
        yew::Renderer::<App>::with_root(host).render();
    }
}

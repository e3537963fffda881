//! The comparison on the stage: pictures of other ways beside that of the run, over one clock.

use std::rc::Rc;

use web_sys::{HtmlCanvasElement, HtmlElement};
use yew::prelude::*;

use super::frame::SizeObserver;
use super::grid::paint::Painter;
use super::{App, Msg};
use scale_down_engine::Snapshot;
use scale_down_session::compare::Table;

/// What is shown beside the run.
#[derive(Default)]
pub struct Comparison {
    /// The ways, as the address has them: `Delete,always-on`.
    pub ways: String,
    pub lanes: Vec<Lane>,
    /// The lane that is seen where there is room for one: 0 is that of the run.
    pub shown: usize,
    /// The figures of all.
    pub table: Table,
    /// Why the way that was asked for cannot be shown.
    pub problem: Option<AttrValue>,
}

/// The picture of a way, as it was when it was known last.
#[derive(Default)]
pub struct Lane {
    pub scroller: NodeRef,
    pub canvas: NodeRef,
    pub heads: NodeRef,
    pub painter: Option<Painter>,
    pub snapshot: Rc<Snapshot>,
    /// `true` if the picture is that of the present moment.
    pub is_current: bool,
    size_observer: Option<SizeObserver>,
}

impl Comparison {
    /// Returns the ways one by one.
    pub fn each_way(&self) -> impl Iterator<Item = &str> {
        self.ways.split(',').filter(|way| !way.is_empty())
    }
}

impl App {
    /// Shows other ways beside the run, or the run alone if there are none.
    pub(super) fn compare(&mut self, ways: &str) {
        let shown = self.comparison.as_ref().map_or(0, |comparison| comparison.shown);
        let chosen = self.session.borrow_mut().compare_with(ways);
        match chosen {
            Err(problem) => {
                if let Some(comparison) = &mut self.comparison {
                    comparison.problem = Some(problem.to_string().into());
                } else {
                    self.notice = Some(problem.to_string().into());
                }
                return;
            }
            Ok(()) if ways.is_empty() => self.comparison = None,
            Ok(()) => {
                let mut lanes = self.comparison.take().map(|comparison| comparison.lanes).unwrap_or_default();
                let count = ways.split(',').count();
                lanes.resize_with(count, Lane::default);
                let shown = shown.min(count);
                self.comparison = Some(Comparison { ways: ways.to_owned(), lanes, shown, ..Comparison::default() });
            }
        }
        self.chosen = None;
        self.pointed = None;
    }

    /// Lets the pictures of the ways follow, and returns `true` if one of them moves.
    pub(super) fn follow_ways(&mut self, now_ms: f64) -> bool {
        let Some(comparison) = &mut self.comparison else { return false };
        let session = self.session.borrow();
        let mut is_moving = false;
        for (place, lane) in comparison.lanes.iter_mut().enumerate() {
            let snapshot = session.way_snapshot(place);
            lane.is_current = snapshot.is_some();
            if let Some(snapshot) = snapshot {
                lane.snapshot = Rc::new(snapshot);
            }
            if let Some(painter) = &mut lane.painter {
                painter.follow(&lane.snapshot, now_ms);
                is_moving |= painter.paint(now_ms);
            }
        }
        is_moving
    }

    /// Renews the table of figures, for a rendering.
    pub(super) fn follow_figures(&mut self) {
        if let Some(comparison) = &mut self.comparison {
            comparison.table = self.session.borrow().comparison(&self.verdict);
        }
    }

    /// Gives each picture that has come up its painter, and puts the headers in their places.
    pub(super) fn attend_lanes(&mut self, ctx: &Context<Self>) {
        let Some(comparison) = &mut self.comparison else { return };
        for lane in &mut comparison.lanes {
            if lane.painter.is_none() {
                lane.painter = lane.canvas.cast::<HtmlCanvasElement>().and_then(Painter::new);
                let link = ctx.link().clone();
                let scroller = lane.scroller.cast::<HtmlElement>();
                lane.size_observer = scroller
                    .and_then(|scroller| SizeObserver::watch(&scroller, move || link.send_message(Msg::Resized)));
            }
            Self::place_heads(lane.painter.as_ref(), &lane.heads);
        }
    }
}

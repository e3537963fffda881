//! Synchronisation of the view with the session: transcript, picture, available size, and the time of the next frame.

use std::rc::Rc;
use std::sync::Arc;

use web_sys::HtmlElement;
use yew::prelude::*;

use super::grid::layout::Viewport;
use super::{App, Msg, browser, log};

impl App {
    /// Takes over the session's transcript, and returns `true` if it changed.
    pub(super) fn follow_transcript(&mut self) -> bool {
        let session = self.session.borrow();
        if session.revision() == self.revision {
            return false;
        }
        self.revision = session.revision();
        // What is shared here is never changed in place.
        let now = session.transcript();
        if now.len() == self.transcript.len() && now.iter().zip(&self.transcript).all(|(a, b)| Arc::ptr_eq(a, b)) {
            return false;
        }
        self.transcript = now.to_vec();
        // Before the simulator has come, what is kept is still to be played.
        if self.is_running {
            log::keep(session.script(), !self.options.embed);
        }
        drop(session);
        self.stick |= self.at_end();
        true
    }

    pub(super) fn follow_nodes(&mut self, now_ms: f64) {
        let snapshot = self.session.borrow().snapshot();
        if let Some(painter) = &mut self.painter {
            painter.follow(&snapshot, now_ms);
        }
        self.snapshot = Rc::new(snapshot);
    }

    pub(super) fn recolour(&mut self) {
        self.tint += 1;
        let lanes = self.comparison.iter_mut().flat_map(|comparison| &mut comparison.lanes);
        let others = lanes.filter_map(|lane| lane.painter.as_mut());
        for painter in self.painter.iter_mut().chain(others) {
            painter.recolour();
        }
    }

    pub(super) fn measure(&mut self) {
        let lanes = self.comparison.iter_mut().flat_map(|comparison| &mut comparison.lanes);
        let others = lanes.map(|lane| (&lane.scroller, &mut lane.painter));
        for (scroller, painter) in std::iter::once((&self.refs.scroller, &mut self.painter)).chain(others) {
            if let (Some(scroller), Some(painter)) = (scroller.cast::<HtmlElement>(), painter) {
                let animate = !browser::matches_media("(prefers-reduced-motion: reduce)");
                painter.resize(room(&scroller), animate);
            }
        }
    }
    /// Returns `true` if the transcript is scrolled to its end (to within 48 pixels), where it then stays.
    pub(super) fn at_end(&self) -> bool {
        self.refs
            .log
            .cast::<HtmlElement>()
            .is_none_or(|log| log.scroll_height() - log.scroll_top() - log.client_height() < 48)
    }

    /// Plans the next frame: at once while something moves, now and then while only time passes,
    /// not at all while it stands still.
    pub(super) fn sleep(&mut self, ctx: &Context<Self>, idle: bool, moving: bool, owing: bool) {
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

/// Returns the room that a scroller gives to its picture.
fn room(scroller: &HtmlElement) -> Viewport {
    let width_px = f64::from(scroller.client_width());
    // As in the style sheet.
    let narrow = width_px < 560.0;
    let phone = browser::matches_media("(max-width: 800px)");
    Viewport {
        width_px,
        height_px: f64::from(scroller.client_height()),
        margin_px: if phone { 12.0 } else { 16.0 },
        header_px: if narrow { 46.0 } else { 30.0 },
        cluster_px: 30.0,
    }
}

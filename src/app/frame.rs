//! The page's next wake-up.
//!
//! One appointment at a time: a frame of the display, a timer, or none, so that a page in which
//! nothing happens uses no processor time.

use gloo::render::{AnimationFrame, request_animation_frame};
use gloo::timers::callback::Timeout;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element, ResizeObserver};

/// The next wake-up, if one is scheduled.
#[derive(Debug, Default)]
pub struct Wake {
    frame: Option<AnimationFrame>,
    timer: Option<Timeout>,
}

impl Wake {
    /// Schedules a call with the display's next frame in place of a timer, unless one is scheduled already.
    pub fn at_next_frame(&mut self, then: impl FnOnce() + 'static) {
        self.timer = None;
        if self.frame.is_none() {
            self.frame = Some(request_animation_frame(move |_| then()));
        }
    }

    /// Schedules a call after `ms` milliseconds of real time in place of a frame, unless one is scheduled already.
    pub fn after_ms(&mut self, ms: u32, then: impl FnOnce() + 'static) {
        self.frame = None;
        if self.timer.is_none() {
            self.timer = Some(Timeout::new(ms, then));
        }
    }

    /// Cancels the wake-up: the page sleeps until something happens.
    pub fn never(&mut self) {
        self.frame = None;
        self.timer = None;
    }

    /// Forgets the wake-up that has just come.
    pub fn fired(&mut self) {
        self.never();
    }
}

/// An observer of an element's size.
#[derive(Debug)]
pub struct SizeObserver {
    observer: ResizeObserver,
    _changed: Closure<dyn FnMut()>,
}

impl SizeObserver {
    /// Calls `then` at once and whenever the element's size changes.
    #[must_use]
    pub fn watch(element: &Element, then: impl FnMut() + 'static) -> Option<Self> {
        let changed = Closure::<dyn FnMut()>::new(then);
        let observer = ResizeObserver::new(changed.as_ref().unchecked_ref()).ok()?;
        observer.observe(element);
        Some(Self { observer, _changed: changed })
    }
}

impl Drop for SizeObserver {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

//! When the page wakes up next.
//!
//! One appointment at a time: a frame of the display, a timer, or none, so that a page in which
//! nothing happens uses no processor time.

use gloo::render::{AnimationFrame, request_animation_frame};
use gloo::timers::callback::Timeout;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element, ResizeObserver};

/// The next appointment.
#[derive(Debug, Default)]
pub struct Wake {
    frame: Option<AnimationFrame>,
    timer: Option<Timeout>,
}

impl Wake {
    /// With the display's next frame.
    pub fn at_next_frame(&mut self, then: impl FnOnce() + 'static) {
        self.timer = None;
        if self.frame.is_none() {
            self.frame = Some(request_animation_frame(move |_| then()));
        }
    }

    /// After some real time.
    pub fn after_ms(&mut self, ms: u32, then: impl FnOnce() + 'static) {
        self.frame = None;
        if self.timer.is_none() {
            self.timer = Some(Timeout::new(ms, then));
        }
    }

    /// Not before something happens.
    pub fn never(&mut self) {
        self.frame = None;
        self.timer = None;
    }

    /// The appointment was kept.
    pub fn fired(&mut self) {
        self.never();
    }
}

/// Watches the room an element has.
#[derive(Debug)]
pub struct Room {
    observer: ResizeObserver,
    _changed: Closure<dyn FnMut()>,
}

impl Room {
    /// Calls `then` at once and whenever the element's size changes.
    #[must_use]
    pub fn watch(element: &Element, then: impl FnMut() + 'static) -> Option<Self> {
        let changed = Closure::<dyn FnMut()>::new(then);
        let observer = ResizeObserver::new(changed.as_ref().unchecked_ref()).ok()?;
        observer.observe(element);
        Some(Self { observer, _changed: changed })
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

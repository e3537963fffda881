//! The few things asked of the browser, each of which may be missing.
//!
//! In a sandboxed frame the store and the clipboard throw; the page works without either, so
//! every function here answers with an `Option` or does nothing.

use web_sys::{Document, Element, HtmlElement, Storage, Window};

/// Returns the window, absent outside a browser.
#[must_use]
pub fn window() -> Option<Window> {
    web_sys::window()
}

/// Returns the document.
#[must_use]
pub fn document() -> Option<Document> {
    window()?.document()
}

/// Returns an element by its id.
#[must_use]
pub fn element(id: &str) -> Option<Element> {
    document()?.get_element_by_id(id)
}

/// Returns `true` if an element has the focus.
#[must_use]
pub fn has_focus(element: &Element) -> bool {
    document().and_then(|document| document.active_element()).is_some_and(|active| active == *element)
}

/// Sets a length in whole pixels. Through the object model, because the content policy allows no
/// style attributes.
pub fn set_px(element: &HtmlElement, property: &str, length_px: f64) {
    #[expect(clippy::cast_possible_truncation)]
    let whole_px = length_px.round() as i32;
    // Refused only for a property that does not exist.
    let _ = element.style().set_property(property, &format!("{whole_px}px"));
}

/// Milliseconds of the page's own clock, for animation only: the simulation never sees it.
#[must_use]
pub fn now_ms() -> f64 {
    window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
}

/// Returns `true` if a media query matches; `false` where it cannot be asked.
#[must_use]
pub fn matches_media(query: &str) -> bool {
    window().and_then(|window| window.match_media(query).ok().flatten()).is_some_and(|list| list.matches())
}

/// Device pixels per CSS pixel.
#[must_use]
pub fn pixel_ratio() -> f64 {
    window().map_or(1.0, |window| window.device_pixel_ratio().clamp(1.0, 3.0))
}

/// Returns a stored value.
#[must_use]
pub fn load(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

/// Stores a value where there is a store; a full or forbidden one is no reason to stop.
pub fn save(key: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(key, value);
    }
}

fn storage() -> Option<Storage> {
    window()?.local_storage().ok().flatten()
}

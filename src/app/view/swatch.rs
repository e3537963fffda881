//! Swatches: single cells of the picture as signs in the text, drawn by the same code.
//!
//! A swatch is a canvas that says what it shows; after every rendering the new ones are painted.
//! So they work in the static parts of the page too.

use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d as Context, Element, HtmlCanvasElement};
use yew::prelude::*;

use crate::browser;
use crate::grid::shapes::{Palette, Square, draw};
use scale_down_engine::{NodeSource, NodeState};

/// Side in CSS pixels, as in the style sheet.
const SIDE_PX: f64 = 18.0;

/// Renders a cell half way through its transition.
pub fn swatch(state: NodeState, source: NodeSource) -> Html {
    html! { <canvas class="swatch" aria-hidden="true" width="18" height="18" data-state={state.name()} data-source={source.name()}></canvas> }
}

/// Paints the swatches that were not painted in these colours yet; `tint` counts the colours.
pub fn paint_all(tint: u32) {
    let Some(document) = browser::document() else { return };
    let swatches = document.get_elements_by_class_name("swatch");
    let mut palette = None;
    for place in 0..swatches.length() {
        if let Some(swatch) = swatches.item(place) {
            paint_one(swatch, tint, &mut palette);
        }
    }
}

fn paint_one(swatch: Element, tint: u32, palette: &mut Option<Palette>) -> Option<()> {
    let state = swatch.get_attribute("data-state")?;
    let source = swatch.get_attribute("data-source").unwrap_or_default();
    let shown = format!("{state} {source} {tint}");
    if swatch.get_attribute("data-shown").is_some_and(|known| known == shown) {
        return None;
    }
    swatch.set_attribute("data-shown", &shown).ok()?;
    let state = NodeState::ALL.into_iter().find(|known| known.name() == state)?;
    let source = if source == NodeSource::Cached.name() { NodeSource::Cached } else { NodeSource::New };
    let canvas: HtmlCanvasElement = swatch.dyn_into().ok()?;
    let ratio = browser::pixel_ratio();
    let side = (SIDE_PX * ratio).round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let pixels = side as u32;
    // Setting a size clears the canvas too.
    canvas.set_width(pixels);
    canvas.set_height(pixels);
    let context: Context = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    let palette = palette.get_or_insert_with(|| Palette::read(&canvas));
    let square = Square { x: ratio, y: ratio, side: side - 2.0 * ratio, ratio };
    draw(&context, palette, square, state, source, 0.6);
    Some(())
}

//! One cell of the picture as a sign in the text, drawn by the same hand.

use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d as Context, HtmlCanvasElement};
use yew::prelude::*;

use crate::app::browser;
use crate::app::grid::shapes::{Palette, Square, draw};
use crate::engine::{NodeSource, NodeState};

/// Side in CSS pixels, as in the style sheet.
const SIDE_PX: f64 = 18.0;

/// See [`Swatch`].
#[derive(Clone, Copy, Debug, Properties, PartialEq)]
pub struct Props {
    /// Which cell.
    pub state: NodeState,
    /// Changes with the colours.
    pub tint: u32,
    /// How the node came up.
    #[prop_or(NodeSource::New)]
    pub source: NodeSource,
}

/// A cell half way through its transition.
#[component]
pub fn Swatch(props: &Props) -> Html {
    let canvas = use_node_ref();
    let drawn = canvas.clone();
    use_effect_with(*props, move |props| {
        if let Some(canvas) = drawn.cast::<HtmlCanvasElement>() {
            paint(&canvas, *props);
        }
    });
    html! { <canvas ref={canvas} class="swatch" aria-hidden="true" width="18" height="18"></canvas> }
}

fn paint(canvas: &HtmlCanvasElement, props: Props) -> Option<()> {
    let ratio = browser::pixel_ratio();
    let side = (SIDE_PX * ratio).round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let pixels = side as u32;
    // Setting a size clears the canvas too.
    canvas.set_width(pixels);
    canvas.set_height(pixels);
    let context: Context = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    let square = Square { x: ratio, y: ratio, side: side - 2.0 * ratio, ratio };
    draw(&context, &Palette::read(canvas), square, props.state, props.source, 0.6);
    Some(())
}

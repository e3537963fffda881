//! The shape of each state, by which a deallocated node and one being built can be told apart without colour.
//!
//! One function draws one cell at any size, so that the picture, the legend and the node card
//! show the same thing.

use web_sys::{CanvasRenderingContext2d as Context, HtmlCanvasElement};

use crate::browser;
use scale_down_engine::{NodeSource, NodeState};

/// The colour of every state, resolved for the theme in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Palette {
    states: Vec<String>,
    ground: String,
}

impl Palette {
    /// Reads the tokens of the style sheet through an element of the page.
    #[must_use]
    pub fn read(element: &HtmlCanvasElement) -> Self {
        let resolve = |token: &str| resolved(element, token).unwrap_or_default();
        Self { states: NodeState::ALL.iter().map(|state| resolve(state.name())).collect(), ground: resolve("panel") }
    }

    fn of(&self, state: NodeState) -> &str {
        let place = NodeState::ALL.iter().position(|other| *other == state);
        place.and_then(|place| self.states.get(place)).map_or("", String::as_str)
    }
}

/// Returns the colour of a token. A canvas does not know `var()` or `light-dark()`; an element's computed colour does.
fn resolved(element: &HtmlCanvasElement, token: &str) -> Option<String> {
    let style = element.style();
    style.set_property("color", &format!("var(--{token})")).ok()?;
    let computed = browser::window()?.get_computed_style(element).ok()??;
    let colour = computed.get_property_value("color").ok();
    style.remove_property("color").ok()?;
    colour
}

/// A square to draw in: top left corner, side, and the width of a device-sharp line.
#[derive(Clone, Copy, Debug)]
pub struct Square {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width and height.
    pub side: f64,
    /// Device pixels per CSS pixel.
    pub ratio: f64,
}

impl Square {
    fn radius(self) -> f64 {
        (self.side * 0.2).max(1.5 * self.ratio)
    }

    fn line(self) -> f64 {
        (self.side * 0.055).max(self.ratio * 1.1)
    }

    /// Returns `true` if there is room for fine detail: a side of at least 15 CSS pixels.
    fn roomy(self) -> bool {
        self.side / self.ratio >= 15.0
    }

    fn inset(self, by: f64) -> Self {
        Self { x: self.x + by, y: self.y + by, side: self.side - 2.0 * by, ratio: self.ratio }
    }

    fn middle(self) -> (f64, f64) {
        (self.x + self.side / 2.0, self.y + self.side / 2.0)
    }

    fn trace(self, context: &Context) {
        let radius = self.radius().min(self.side / 2.0);
        context.begin_path();
        // Only a negative radius is refused.
        let _ = context.round_rect_with_f64(self.x, self.y, self.side, self.side, radius);
    }

    fn outline(self, context: &Context) {
        let line = self.line();
        context.set_line_width(line);
        self.inset(line / 2.0).trace(context);
        context.stroke();
    }

    fn solid(self, context: &Context, alpha: f64) {
        context.set_global_alpha(alpha);
        self.trace(context);
        context.fill();
        context.set_global_alpha(1.0);
    }
}

/// Draws one cell; `progress` runs from 0 to 1 over the transition under way, or is how much of a running node its pods
/// take.
pub fn draw(context: &Context, palette: &Palette, square: Square, state: NodeState, source: NodeSource, progress: f64) {
    let colour = palette.of(state);
    context.save();
    context.set_fill_style_str(colour);
    context.set_stroke_style_str(colour);
    context.set_line_cap("round");
    context.set_line_join("round");
    match state {
        NodeState::Ready => ready(context, palette, square, source, progress),
        NodeState::Creating => creating(context, square, progress),
        NodeState::Starting => starting(context, palette, square, progress),
        NodeState::Draining => draining(context, square, progress),
        NodeState::Deallocating => deallocating(context, palette, square, progress),
        NodeState::Deallocated => {
            square.solid(context, 0.14);
            square.outline(context);
            snowflake(context, square, 0.34);
        }
        NodeState::Stopped => stopped(context, square),
        NodeState::Deleting => deleting(context, square, progress),
        NodeState::Failed => failed(context, square),
    }
    context.restore();
}

/// Draws a ready node: filled from below by its pods; one that was started from the cache has a notch in its corner.
fn ready(context: &Context, palette: &Palette, square: Square, source: NodeSource, fill: f64) {
    square.solid(context, 0.34);
    square.outline(context);
    let height = square.side * fill;
    context.save();
    square.trace(context);
    context.clip();
    context.fill_rect(square.x, square.y + square.side - height, square.side, height);
    context.restore();
    if source == NodeSource::Cached {
        let notch = (square.side * 0.34).max(3.0 * square.ratio);
        let (right, top) = (square.x + square.side, square.y);
        context.set_fill_style_str(&palette.ground);
        context.begin_path();
        context.move_to(right - notch, top);
        context.line_to(right, top);
        context.line_to(right, top + notch);
        context.fill();
        context.set_fill_style_str(palette.of(NodeState::Starting));
        let small = notch * 0.55;
        context.begin_path();
        context.move_to(right - small, top);
        context.line_to(right, top);
        context.line_to(right, top + small);
        context.fill();
    }
}

/// Draws a node being created: a dashed outline in which bricks are laid from the ground up.
fn creating(context: &Context, square: Square, progress: f64) {
    let side = square.side;
    let dashes = js_sys::Array::of2(&(side * 0.17).into(), &(side * 0.13).into());
    // Only an infinite or negative dash is refused.
    let _ = context.set_line_dash(&dashes);
    square.outline(context);
    let _ = context.set_line_dash(&js_sys::Array::new());
    let rows: u32 = if square.roomy() { 3 } else { 2 };
    let inner = square.inset(square.line() * 1.9);
    let gap = (side * 0.05).max(square.ratio * 0.8);
    let height = (inner.side + gap) / f64::from(rows) - gap;
    let laid = progress * f64::from(rows);
    for row in 0..rows {
        let share = (laid - f64::from(row)).clamp(0.0, 1.0);
        if share <= 0.0 {
            break;
        }
        let y = inner.y + inner.side - (f64::from(row + 1) * (height + gap) - gap);
        // Every other row begins with half a brick.
        let joint = if row % 2 == 0 { 0.62 } else { 0.36 };
        let first = (inner.side - gap) * joint;
        let reach = inner.side * share;
        context.fill_rect(inner.x, y, first.min(reach), height);
        if reach > first + gap {
            context.fill_rect(inner.x + first + gap, y, reach - first - gap, height);
        }
    }
}

/// Draws a node being started: a warm fill rises from below while the snowflake above it fades.
fn starting(context: &Context, palette: &Palette, square: Square, progress: f64) {
    square.solid(context, 0.14);
    if square.roomy() {
        context.set_global_alpha(1.0 - progress);
        context.set_stroke_style_str(palette.of(NodeState::Deallocated));
        snowflake(context, square, 0.3);
        context.set_global_alpha(1.0);
        context.set_stroke_style_str(palette.of(NodeState::Starting));
    }
    let (side, bottom) = (square.side, square.y + square.side);
    let height = side * (progress * 0.88 + 0.12);
    let dome = (side * 0.16).min(height);
    context.save();
    square.trace(context);
    context.clip();
    let gradient = context.create_linear_gradient(0.0, bottom, 0.0, bottom - height);
    // An unreadable colour leaves the gradient with what it has.
    let _ = gradient.add_color_stop(0.0, palette.of(NodeState::Ready));
    let _ = gradient.add_color_stop(1.0, palette.of(NodeState::Starting));
    context.set_fill_style_canvas_gradient(&gradient);
    context.begin_path();
    context.move_to(square.x, bottom);
    context.line_to(square.x, bottom - height + dome);
    context.quadratic_curve_to(square.x + side / 2.0, bottom - height - dome, square.x + side, bottom - height + dome);
    context.line_to(square.x + side, bottom);
    context.fill();
    context.restore();
    square.outline(context);
}

/// Draws a node being drained: hatching that sinks as the pods leave.
fn draining(context: &Context, square: Square, progress: f64) {
    square.outline(context);
    let top = square.y + square.side * (0.05 + progress * 0.85);
    context.save();
    context.begin_path();
    context.rect(square.x, top, square.side, square.y + square.side - top);
    context.clip();
    square.solid(context, 0.25);
    square.inset(square.line()).trace(context);
    context.clip();
    context.set_line_width(square.line() * 1.15);
    let step = (square.side * 0.24).max(3.0 * square.ratio);
    let mut offset = -square.side;
    context.begin_path();
    while offset < square.side {
        context.move_to(square.x + offset, square.y + square.side);
        context.line_to(square.x + offset + square.side, square.y);
        offset += step;
    }
    context.stroke();
    context.restore();
}

/// Draws a node being deallocated: the corners fill as a snowflake appears.
fn deallocating(context: &Context, palette: &Palette, square: Square, progress: f64) {
    square.solid(context, 0.14);
    let reach = square.side * (progress * 0.22 + 0.3);
    let (left, top) = (square.x, square.y);
    let (right, bottom) = (left + square.side, top + square.side);
    context.save();
    square.trace(context);
    context.clip();
    context.begin_path();
    for (x, y, dx, dy) in
        [(left, top, 1.0, 1.0), (right, top, -1.0, 1.0), (right, bottom, -1.0, -1.0), (left, bottom, 1.0, -1.0)]
    {
        context.move_to(x, y);
        context.line_to(x + reach * dx, y);
        context.line_to(x, y + reach * dy);
        context.close_path();
    }
    context.fill();
    context.restore();
    square.outline(context);
    if square.roomy() {
        context.set_global_alpha(progress);
        context.set_stroke_style_str(palette.of(NodeState::Deallocated));
        snowflake(context, square, 0.2);
    }
}

const SIN_60: f64 = 0.866_025_403_784_438_6;

/// Directions of a snowflake's arms as cosine and sine, written out to leave the trigonometry
/// out of the page.
const ARMS: [(f64, f64); 3] = [(SIN_60, 0.5), (0.0, 1.0), (-SIN_60, 0.5)];

fn snowflake(context: &Context, square: Square, reach: f64) {
    let (x, y) = square.middle();
    let arm = square.side * reach;
    let small = square.side / square.ratio < 12.0;
    context.set_line_width(square.line() * if small { 0.95 } else { 1.2 });
    context.begin_path();
    for (cos, sin) in ARMS {
        context.move_to(x - cos * arm, y - sin * arm);
        context.line_to(x + cos * arm, y + sin * arm);
        if square.side / square.ratio < 22.0 {
            continue;
        }
        for way in [-1.0, 1.0] {
            let (stem_x, stem_y) = (x + way * cos * arm * 0.58, y + way * sin * arm * 0.58);
            for side in [-SIN_60, SIN_60] {
                // The arm's direction, turned by 60 degrees to either side.
                let twig = way * arm * 0.36;
                context.move_to(stem_x, stem_y);
                context.line_to(stem_x + (cos / 2.0 - sin * side) * twig, stem_y + (sin / 2.0 + cos * side) * twig);
            }
        }
    }
    context.stroke();
}

fn stopped(context: &Context, square: Square) {
    square.outline(context);
    let (width, height) = (square.side * 0.13, square.side * 0.4);
    let (x, y) = square.middle();
    for offset in [-0.16, 0.16] {
        context.fill_rect(x + offset * square.side - width / 2.0, y - height / 2.0, width, height);
    }
}

/// Draws a node being deleted: a square that shrinks inside its dotted outline.
fn deleting(context: &Context, square: Square, progress: f64) {
    let side = square.side;
    context.set_global_alpha(0.45);
    let dots = js_sys::Array::of2(&(side * 0.04).into(), &(side * 0.14).into());
    let _ = context.set_line_dash(&dots);
    square.outline(context);
    let _ = context.set_line_dash(&js_sys::Array::new());
    square.inset(side * (progress * 0.24 + 0.14)).solid(context, 0.95);
}

fn failed(context: &Context, square: Square) {
    square.solid(context, 0.16);
    square.outline(context);
    let (x, y) = square.middle();
    let arm = square.side * 0.22;
    context.set_line_width(square.line() * 1.7);
    context.begin_path();
    context.move_to(x - arm, y - arm);
    context.line_to(x + arm, y + arm);
    context.move_to(x + arm, y - arm);
    context.line_to(x - arm, y + arm);
    context.stroke();
}

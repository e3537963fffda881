//! The canvas: layout, motion and shapes put together, and nothing painted twice.
//!
//! Cells are copied from an atlas of every state at every step of progress, drawn once per size
//! and theme. A frame touches only the cells whose appearance changed, which is what keeps 5,000 nodes
//! fluent.

use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d as Context, HtmlCanvasElement};

use super::layout::{Layout, PoolBox, PoolShape, Viewport, real};
use super::motion::{CellAppearance, LEVELS, Track, ease_out};
use super::shapes::{Palette, Square, draw};
use crate::browser;
use scale_down_engine::{NodeSource, NodeState, PoolId, PoolView, Snapshot};

/// Time cells take to move when the layout changes, in milliseconds of real time.
const MOVE_MS: f64 = 380.0;

/// One node of the picture.
pub type NodeKey = (PoolId, u32);

/// A rectangle in the picture, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(clippy::struct_field_names, reason = "the unit belongs to every length")]
pub struct Rect {
    /// Left edge.
    pub x_px: f64,
    /// Top edge.
    pub y_px: f64,
    /// Width and height.
    pub side_px: f64,
}

/// The painter of snapshots.
pub struct Painter {
    canvas: HtmlCanvasElement,
    context: Context,
    palette: Palette,
    atlas: Option<Atlas>,
    viewport: Viewport,
    shapes: Vec<PoolShape>,
    tracks: Vec<Track>,
    layout: Layout,
    from: Option<(Layout, f64)>,
    ratio: f64,
    stale: bool,
    /// `true` unless the reader prefers reduced motion.
    animate: bool,
}

impl Painter {
    /// Returns a painter for a canvas, or `None` if the canvas has no 2D context.
    #[must_use]
    pub fn new(canvas: HtmlCanvasElement) -> Option<Self> {
        let context = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        let viewport = Viewport { width_px: 0.0, height_px: 0.0, margin_px: 16.0, header_px: 30.0, cluster_px: 30.0 };
        Some(Self {
            palette: Palette::read(&canvas),
            canvas,
            context,
            atlas: None,
            viewport,
            shapes: Vec::new(),
            tracks: Vec::new(),
            layout: Layout::fit(&[], viewport, None),
            from: None,
            ratio: 1.0,
            stale: true,
            animate: true,
        })
    }

    /// Takes over the room there is and the reader's wish for motion.
    pub fn resize(&mut self, viewport: Viewport, animate: bool) {
        let ratio = browser::pixel_ratio();
        self.animate = animate;
        if viewport != self.viewport || (ratio - self.ratio).abs() > f64::EPSILON {
            self.viewport = viewport;
            self.ratio = ratio;
            self.from = None;
            self.layout = Layout::fit(&self.shapes, viewport, None);
            self.stale = true;
        }
    }

    /// Takes over the colours of the theme in force.
    pub fn recolour(&mut self) {
        self.palette = Palette::read(&self.canvas);
        self.atlas = None;
        self.stale = true;
    }

    /// Takes over a snapshot.
    pub fn follow(&mut self, snapshot: &Snapshot, now_ms: f64) {
        let several = snapshot.clusters.len() > 1;
        let mut tracks = Vec::with_capacity(self.tracks.len());
        let mut shapes = Vec::with_capacity(self.shapes.len());
        for cluster in &snapshot.clusters {
            for (place, pool) in cluster.pools.iter().enumerate() {
                let track = self.follow_pool(pool, now_ms);
                shapes.push(PoolShape { id: pool.id, slots: track.slots.len(), cluster_line: several && place == 0 });
                tracks.push(track);
            }
        }
        self.tracks = tracks;
        self.arrange(shapes, now_ms);
    }

    fn follow_pool(&mut self, pool: &PoolView, now_ms: f64) -> Track {
        let known = self.tracks.iter().position(|track| track.pool == pool.id);
        let mut track = known.map_or_else(|| Track::new(pool.id), |place| self.tracks.swap_remove(place));
        track.follow(&pool.nodes, now_ms, self.animate);
        track
    }

    fn sweep(&mut self, now_ms: f64) {
        let mut shapes = self.shapes.clone();
        let mut swept = false;
        for (track, shape) in self.tracks.iter_mut().zip(&mut shapes) {
            swept |= track.sweep();
            shape.slots = track.slots.len();
        }
        if swept {
            self.arrange(shapes, now_ms);
        }
    }

    fn arrange(&mut self, shapes: Vec<PoolShape>, now_ms: f64) {
        if shapes == self.shapes {
            return;
        }
        let first = self.shapes.is_empty();
        self.shapes = shapes;
        let current_px = (!first).then_some(self.layout.cell_px);
        let layout = Layout::fit(&self.shapes, self.viewport, current_px);
        if layout == self.layout {
            return;
        }
        let before = std::mem::replace(&mut self.layout, layout);
        let same_places = before.columns == self.layout.columns
            && before.pools.iter().all(|old| {
                let new = box_of(&self.layout, old.id);
                new.is_none_or(|new| (new.first_row_px - old.first_row_px).abs() < 0.5)
            });
        if self.animate && !first && !same_places {
            self.from = Some((before, now_ms));
        }
        self.stale = true;
    }

    /// Returns the top of every pool's header in CSS pixels, in the order of the snapshot; a cluster's line above the
    /// header is part of it.
    pub fn heads(&self) -> impl Iterator<Item = f64> + '_ {
        self.layout.pools.iter().map(|pool| pool.top_px)
    }

    /// Returns the node under a point of the picture.
    #[must_use]
    pub fn hit(&self, x_px: f64, y_px: f64) -> Option<NodeKey> {
        let (place, slot) = self.layout.hit(x_px, y_px)?;
        let track = self.tracks.get(place)?;
        Some((track.pool, track.node_at(slot)?))
    }

    /// Returns the rectangle of a node's cell.
    #[must_use]
    pub fn rect(&self, (pool, instance_id): NodeKey) -> Option<Rect> {
        let track = self.tracks.iter().find(|track| track.pool == pool)?;
        let place = box_of(&self.layout, pool)?;
        let (x_px, y_px) = self.layout.corner(place, track.slot_of(instance_id)?);
        Some(Rect { x_px, y_px, side_px: self.layout.cell_px })
    }

    /// Returns the node that an arrow key leads to; the first one when none was chosen.
    #[must_use]
    pub fn neighbour(&self, from: Option<NodeKey>, direction: Direction) -> Option<NodeKey> {
        let filled = || self.tracks.iter().filter(|track| track.ends().is_some());
        let first = filled().next();
        let Some((pool, instance_id)) = from else {
            return first.and_then(|track| Some((track.pool, track.ends()?.0)));
        };
        let Some(place) = filled().position(|track| track.pool == pool) else {
            return first.and_then(|track| Some((track.pool, track.ends()?.0)));
        };
        let columns = isize::try_from(self.layout.columns).unwrap_or(1);
        let track = filled().nth(place)?;
        let (start, end) = track.ends()?;
        let by = match direction {
            Direction::Left => -1,
            Direction::Right => 1,
            Direction::Up => -columns,
            Direction::Down => columns,
            Direction::First => return Some((pool, start)),
            Direction::Last => return Some((pool, end)),
        };
        if let Some(next) = track.neighbour(instance_id, by) {
            return Some((pool, next));
        }
        let next =
            if by > 0 { filled().nth(place + 1) } else { place.checked_sub(1).and_then(|place| filled().nth(place)) };
        match next {
            Some(track) => {
                let (start, end) = track.ends()?;
                Some((track.pool, if by > 0 { start } else { end }))
            }
            None => Some((pool, if by > 0 { end } else { start })),
        }
    }

    /// Paints the cells that changed, and returns `true` if another frame is needed for motion alone.
    pub fn paint(&mut self, now_ms: f64) -> bool {
        if self.viewport.width_px < 1.0 {
            return false;
        }
        self.sweep(now_ms);
        let mut moved = 1.0;
        if let Some((_, start_ms)) = &self.from {
            moved = ((now_ms - start_ms) / MOVE_MS).clamp(0.0, 1.0);
            self.stale = true;
            if moved >= 1.0 {
                self.from = None;
            }
        }
        if self.stale {
            self.clear();
        }
        let cell_px = (self.layout.cell_px * self.ratio).round();
        let palette = &self.palette;
        let ratio = self.ratio;
        if self.atlas.as_ref().is_none_or(|atlas| (atlas.cell_px - cell_px).abs() > 0.1) {
            self.atlas = Atlas::new(palette, cell_px, ratio);
        }
        let Some(atlas) = &self.atlas else { return false };
        let from = self.from.as_ref().map(|(layout, _)| (layout, ease_out(moved)));
        let mut again = from.is_some();
        for (place, track) in self.tracks.iter_mut().enumerate() {
            let Some(to) = self.layout.pools.get(place) else { continue };
            let old = from.and_then(|(layout, t)| Some((layout, box_of(layout, track.pool)?, t)));
            for (slot, cell) in track.slots.iter_mut().enumerate() {
                let Some(cell) = cell else { continue };
                let (appearance, moving) = cell.appearance(now_ms);
                again |= moving;
                if !self.stale && cell.painted == Some(appearance) {
                    continue;
                }
                let (mut x_px, mut y_px) = self.layout.corner(to, slot);
                let mut side_px = self.layout.cell_px;
                if let Some((layout, pool, t)) = old {
                    let from = layout.corner(pool, slot);
                    x_px = from.0 + (x_px - from.0) * t;
                    y_px = from.1 + (y_px - from.1) * t;
                    side_px = layout.cell_px + (side_px - layout.cell_px) * t;
                }
                let (x, y) = ((x_px * ratio).round(), (y_px * ratio).round());
                let side = side_px * ratio;
                if !self.stale {
                    self.context.clear_rect(x - 1.0, y - 1.0, side + 2.0, side + 2.0);
                }
                if appearance.alpha > 0.0 {
                    atlas.stamp(&self.context, appearance, x, y, side);
                }
                cell.painted = Some(appearance);
            }
        }
        self.stale = false;
        again
    }

    fn clear(&mut self) {
        let from_px = self.from.as_ref().map_or(0.0, |(layout, _)| layout.height_px);
        let height_px = self.layout.height_px.max(from_px).max(self.viewport.height_px);
        let width = pixels(self.viewport.width_px * self.ratio);
        let height = pixels(height_px * self.ratio);
        if self.canvas.width() == width && self.canvas.height() == height {
            self.context.clear_rect(0.0, 0.0, f64::from(width), f64::from(height));
            return;
        }
        // Setting a size clears the canvas too.
        self.canvas.set_width(width);
        self.canvas.set_height(height);
        browser::set_px(&self.canvas, "width", self.viewport.width_px);
        browser::set_px(&self.canvas, "height", height_px);
    }
}

/// The direction of a move from node to node, by an arrow key, Home or End.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The node before.
    Left,
    /// The node after.
    Right,
    /// A row up.
    Up,
    /// A row down.
    Down,
    /// The first of the pool.
    First,
    /// The last of the pool.
    Last,
}

fn box_of(layout: &Layout, pool: PoolId) -> Option<&PoolBox> {
    layout.pools.iter().find(|place| place.id == pool)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn pixels(length: f64) -> u32 {
    length.round().clamp(0.0, 16_000.0) as u32
}

/// The cells of every state at every step of progress, drawn at one size.
struct Atlas {
    canvas: HtmlCanvasElement,
    cell_px: f64,
    stride_px: f64,
}

impl Atlas {
    fn new(palette: &Palette, cell_px: f64, ratio: f64) -> Option<Self> {
        let canvas: HtmlCanvasElement = browser::document()?.create_element("canvas").ok()?.dyn_into().ok()?;
        let stride_px = cell_px + 4.0;
        let rows = NodeState::ALL.len() + 1;
        canvas.set_width(pixels(stride_px * f64::from(LEVELS + 1)));
        canvas.set_height(pixels(stride_px * real(rows)));
        let context: Context = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        for row in 0..rows {
            let (state, source) = match NodeState::ALL.get(row) {
                Some(state) => (*state, NodeSource::New),
                None => (NodeState::Ready, NodeSource::Cached),
            };
            for level in 0..=LEVELS {
                let square = Square {
                    x: (stride_px * f64::from(level) + 2.0),
                    y: (stride_px * real(row) + 2.0),
                    side: cell_px,
                    ratio,
                };
                draw(&context, palette, square, state, source, f64::from(level) / f64::from(LEVELS));
            }
        }
        Some(Self { canvas, cell_px, stride_px })
    }

    fn stamp(&self, context: &Context, appearance: CellAppearance, x: f64, y: f64, side: f64) {
        let row = if appearance.state == NodeState::Ready && appearance.source == NodeSource::Cached {
            NodeState::ALL.len()
        } else {
            NodeState::ALL.iter().position(|state| *state == appearance.state).unwrap_or(0)
        };
        let from_x = self.stride_px * f64::from(appearance.level) + 2.0;
        let from_y = self.stride_px * real(row) + 2.0;
        let shown = side * appearance.scale;
        let edge = (side - shown) / 2.0;
        let faded = appearance.alpha < 1.0;
        if faded {
            context.set_global_alpha(appearance.alpha);
        }
        // Refused only for an empty atlas, which has nothing to show.
        let _ = context.draw_image_with_html_canvas_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
            &self.canvas,
            from_x,
            from_y,
            self.cell_px,
            self.cell_px,
            x + edge,
            y + edge,
            shown,
            shown,
        );
        if faded {
            context.set_global_alpha(1.0);
        }
    }
}

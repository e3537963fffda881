//! The position of every cell: pools below one another, cells in rows, as large as fits.
//!
//! A node keeps its slot for life and a slot keeps its place while the cell size holds, so
//! nothing jumps when others leave. The size shrinks as soon as it must and grows back only when
//! there is room to spare; otherwise a pool at the edge would flicker between two sizes.

use scale_down_engine::PoolId;

/// Cell sizes in CSS pixels, largest first; below the last the picture scrolls.
const SIZES_PX: [f64; 13] = [58.0, 52.0, 46.0, 40.0, 34.0, 28.0, 23.0, 19.0, 16.0, 13.0, 11.0, 9.0, 7.0];

/// Share of the viewport's height that larger cells may fill; if they would fill more, the cells do not grow.
const GROW_BELOW: f64 = 0.85;

const TOP_PX: f64 = 12.0;
const POOL_GAP_PX: f64 = 16.0;

/// A pool as the layout needs to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolShape {
    /// The pool.
    pub id: PoolId,
    /// Slots in use, gaps included.
    pub slots: usize,
    /// `true` if a line naming the cluster goes above the pool's header.
    pub cluster_line: bool,
}

/// The room for the picture, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(clippy::struct_field_names, reason = "the unit belongs to every length")]
pub struct Viewport {
    /// Inner width.
    pub width_px: f64,
    /// Inner height.
    pub height_px: f64,
    /// Space to the left and right.
    pub margin_px: f64,
    /// Height of a pool's header, larger where it takes two lines.
    pub header_px: f64,
    /// Height of a cluster's line.
    pub cluster_px: f64,
}

/// One pool in its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PoolBox {
    /// The pool.
    pub id: PoolId,
    /// Top of the cluster's line and the pool's header.
    pub top_px: f64,
    /// Top of the first row of cells.
    pub first_row_px: f64,
    /// Slots in use, gaps included.
    pub slots: usize,
}

/// Every pool in its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// Width and height of a cell.
    pub cell_px: f64,
    /// Left edge of the first column.
    pub margin_px: f64,
    /// From one cell to the next.
    pub pitch_px: f64,
    /// Cells in a row.
    pub columns: usize,
    /// Height of all pools, which may exceed the viewport.
    pub height_px: f64,
    /// The pools from top to bottom.
    pub pools: Vec<PoolBox>,
}

impl Layout {
    /// Returns the layout with the largest cells with which all pools fit, or the smallest if none does; cells larger
    /// than `current_px` must leave room to spare.
    #[must_use]
    pub fn fit(shapes: &[PoolShape], viewport: Viewport, current_px: Option<f64>) -> Self {
        let mut smallest = None;
        for cell_px in SIZES_PX {
            let layout = Self::with_cells(shapes, viewport, cell_px);
            let growing = current_px.is_some_and(|current_px| cell_px > current_px);
            let room_px = viewport.height_px * if growing { GROW_BELOW } else { 1.0 };
            if layout.height_px <= room_px {
                return layout;
            }
            smallest = Some(layout);
        }
        smallest.unwrap_or_else(|| Self::with_cells(shapes, viewport, 7.0))
    }

    fn with_cells(shapes: &[PoolShape], viewport: Viewport, cell_px: f64) -> Self {
        let pitch_px = cell_px + (cell_px * 0.16).round().max(if cell_px < 9.0 { 1.0 } else { 2.0 });
        let columns = whole((viewport.width_px - 2.0 * viewport.margin_px + pitch_px - cell_px) / pitch_px).max(1);
        let mut top_px = TOP_PX;
        let mut pools = Vec::with_capacity(shapes.len());
        for shape in shapes {
            let line_px = if shape.cluster_line { viewport.cluster_px } else { 0.0 };
            let first_row_px = top_px + line_px + viewport.header_px;
            pools.push(PoolBox { id: shape.id, top_px, first_row_px, slots: shape.slots });
            let rows = real(shape.slots.div_ceil(columns).max(1));
            top_px = first_row_px + rows * pitch_px + POOL_GAP_PX;
        }
        Self { cell_px, margin_px: viewport.margin_px, pitch_px, columns, height_px: top_px.ceil(), pools }
    }

    /// Top left corner of a slot's cell.
    #[must_use]
    pub fn corner(&self, pool: &PoolBox, slot: usize) -> (f64, f64) {
        let column = slot.checked_rem(self.columns).unwrap_or(0);
        let row = slot.checked_div(self.columns).unwrap_or(0);
        (real(column) * self.pitch_px + self.margin_px, real(row) * self.pitch_px + pool.first_row_px)
    }

    /// Returns the pool (by place) and slot under a point, gaps between cells included.
    #[must_use]
    pub fn hit(&self, x_px: f64, y_px: f64) -> Option<(usize, usize)> {
        let slack_px = (self.pitch_px - self.cell_px) / 2.0;
        let x_px = x_px - self.margin_px + slack_px;
        let (place, pool) = self.pools.iter().enumerate().rfind(|(_, pool)| y_px >= pool.first_row_px - slack_px)?;
        if x_px < 0.0 {
            return None;
        }
        let column = whole(x_px / self.pitch_px);
        let row = whole((y_px - pool.first_row_px + slack_px) / self.pitch_px);
        let slot = row * self.columns + column;
        (column < self.columns && slot < pool.slots).then_some((place, slot))
    }
}

/// Converts a count to a length.
#[expect(clippy::cast_precision_loss)]
pub const fn real(count: usize) -> f64 {
    count as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
const fn whole(length: f64) -> usize {
    length.max(0.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Viewport =
        Viewport { width_px: 800.0, height_px: 560.0, margin_px: 16.0, header_px: 30.0, cluster_px: 30.0 };

    fn pools(slots: &[usize]) -> Vec<PoolShape> {
        let ids = super::super::sample::pools(slots.len());
        let shape = |(id, slots): (PoolId, &usize)| PoolShape { id, slots: *slots, cluster_line: false };
        ids.into_iter().zip(slots).map(shape).collect()
    }

    #[test]
    fn cells_are_as_large_as_fits_and_no_smaller_than_can_be_told_apart() {
        let check = |slots: &[usize], cell_px: f64| {
            let layout = Layout::fit(&pools(slots), ROOM, None);
            assert!((layout.cell_px - cell_px).abs() < 0.1, "{slots:?}: {}", layout.cell_px);
            assert_eq!(layout.height_px <= ROOM.height_px, slots.iter().sum::<usize>() < 4_000, "{slots:?}");
        };
        check(&[1], 58.0);
        check(&[50], 58.0);
        check(&[3, 50, 8], 46.0);
        check(&[1_000], 16.0);
        check(&[1_000; 3], 7.0);
        check(&[1_000; 5], 7.0);
    }

    #[test]
    fn a_size_once_taken_is_kept_until_there_is_room_to_spare() {
        let crowded = Layout::fit(&pools(&[100]), ROOM, None);
        let bare = |slots: usize| Layout::fit(&pools(&[slots]), ROOM, Some(crowded.cell_px)).cell_px;
        assert!(bare(95) <= crowded.cell_px);
        assert!(bare(20) > crowded.cell_px);
    }

    #[test]
    fn every_cell_is_hit_where_it_stands() {
        let layout = Layout::fit(&pools(&[3, 50, 0, 8]), ROOM, None);
        for (place, pool) in layout.pools.iter().enumerate() {
            for slot in 0..pool.slots {
                let (x_px, y_px) = layout.corner(pool, slot);
                for (dx_px, dy_px) in [(0.5, 0.5), (layout.cell_px - 0.5, layout.cell_px - 0.5)] {
                    assert_eq!(layout.hit(x_px + dx_px, y_px + dy_px), Some((place, slot)));
                }
            }
        }
        assert_eq!(layout.hit(1.0, 1.0), None);
        assert_eq!(layout.hit(799.0, 60.0), None);
        assert_eq!(layout.hit(20.0, 5_000.0), None);
    }
}

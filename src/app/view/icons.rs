//! The few drawn signs; decoration, so hidden from screen readers.

use yew::prelude::*;

/// Renders a sign of 16 units drawn as one path.
pub fn sign(path: &'static str) -> Html {
    html! { <svg class="sign" viewBox="0 0 16 16" aria-hidden="true"><path d={path} /></svg> }
}

/// A triangle.
pub const PLAY: &str = "M4.5 2.5v11l9-5.5z";
/// Two bars.
pub const PAUSE: &str = "M4 3h3v10H4zM9 3h3v10H9z";
/// A triangle against a bar.
pub const STEP: &str = "M3.5 3v10l6.5-5zM11 3h2v10h-2z";
/// Two triangles against a bar.
pub const SKIP: &str = "M2 3v10l5-5zM7.5 3v10l5-5zM13 3h1.6v10H13z";
/// A tick.
pub const TICK: &str = "M6.4 12.6 2.2 8.4l1.5-1.5 2.7 2.7 6-6L13.9 5.1z";
/// A way that parts in two.
pub const BRANCH: &str = "M3 2h2v5.2l5-2V2h2v4.5L5 9.3V14H3z";
/// An arrow against a bar.
pub const LATEST: &str = "M2 7h5V3.5L12 8l-5 4.5V9H2zM13 3h1.6v10H13z";

//! The picture: every node one cell, painted on a canvas from a snapshot.

pub mod layout;
pub mod motion;
pub mod paint;
pub mod shapes;

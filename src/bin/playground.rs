//! The page.

fn main() {
    scale_down::app::start();
}

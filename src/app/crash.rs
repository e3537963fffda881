//! The panic hook, which hands a failed page over to the crash panel.
//!
//! A panic ends the wasm module, so the panel is part of the static shell and its buttons are a
//! script's (`www/crash.js`); all that is left to do here is to hand over what is known.

use std::panic::PanicHookInfo;

use super::{browser, log};

/// Shows the crash panel at the first panic.
pub fn install() {
    std::panic::set_hook(Box::new(report));
}

fn report(info: &PanicHookInfo<'_>) {
    let Some(panel) = browser::document().and_then(|document| document.get_element_by_id("crash")) else {
        return;
    };
    // `crash.js` watches for the first of these; nothing can be done if they fail.
    let _ = panel.set_attribute("data-log", &log::kept());
    let _ = panel
        .set_attribute("data-details", &format!("{} {}\n{info}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")));
}

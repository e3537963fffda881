//! Conditions of `az … wait`.

use super::read::arguments;

arguments! {
    /// Conditions of a wait, any of which may be given.
    #[derive(Clone, Copy, Debug)]
    pub(crate) struct WaitConditions<'a> {
        created: bool,
        updated: bool,
        deleted: bool,
        exists: bool,
        custom: Option<&'a str>,
        /// Seconds after which the wait is given up.
        timeout: Option<i128>,
        /// Seconds between two looks.
        interval: Option<i128>,
    }
}

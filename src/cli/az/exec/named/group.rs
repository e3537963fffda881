//! Resource groups by name.

use crate::az::exec::refusal::{Result, missing};
use scale_down_engine::{Cloud, ResourceGroup};

/// Finds a group by name; the service's `ResourceGroupNotFound` if there is none.
pub(in crate::az::exec) fn find<'a>(cloud: &'a Cloud, name: &str) -> Result<&'a ResourceGroup> {
    cloud
        .group(name)
        .ok_or_else(|| missing("ResourceGroupNotFound", format!("Resource group '{name}' could not be found.")))
}

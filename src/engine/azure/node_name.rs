//! The names of nodes, which are those of their scale set instances.

/// Returns the Kubernetes name of a scale set instance, such as `aks-nodepool1-12345678-vmss00000a`.
#[must_use]
pub fn node_name(scale_set: &str, instance_id: u32) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut suffix = [b'0'; 6];
    let mut rest = instance_id;
    for slot in suffix.iter_mut().rev() {
        *slot = DIGITS.get((rest % 36) as usize).copied().unwrap_or(b'0');
        rest /= 36;
    }
    format!("{scale_set}{}", String::from_utf8_lossy(&suffix))
}

/// Returns the instance id in the name of a node, which [`node_name`] made; `None` if the name is too
/// short or ends in something else.
#[must_use]
pub fn instance_id_of(node: &str) -> Option<u32> {
    let start = node.len().checked_sub(6)?;
    let digits = node.get(start..).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_alphanumeric()))?;
    u32::from_str_radix(digits, 36).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_names_count_in_base_36() {
        let check = |instance_id, expected| {
            assert_eq!(node_name("aks-p-12345678-vmss", instance_id), expected);
        };
        check(0, "aks-p-12345678-vmss000000");
        check(10, "aks-p-12345678-vmss00000a");
        check(35, "aks-p-12345678-vmss00000z");
        check(207, "aks-p-12345678-vmss00005r");
        assert_eq!(instance_id_of("aks-p-12345678-vmss00005r"), Some(207));
        assert_eq!(instance_id_of("vm00000Z"), Some(35));
        for name in ["vmvm", "node-a", "", "vmss0000ü0"] {
            assert_eq!(instance_id_of(name), None, "{name}");
        }
    }
}

//! Recognition of public SSH keys as in the Azure CLI: with Python's base64 and its error messages.

/// Returns the six bits of a base64 character.
fn bits(character: u8) -> Option<u32> {
    let from = |first: u8, offset: u8| Some(u32::from(character - first + offset));
    match character {
        b'A'..=b'Z' => from(b'A', 0),
        b'a'..=b'z' => from(b'a', 26),
        b'0'..=b'9' => from(b'0', 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

/// Decodes base64 as Python does: characters outside its alphabet are skipped.
fn decode(text: &str) -> Result<Vec<u8>, String> {
    let data: Vec<u32> = text.bytes().take_while(|byte| *byte != b'=').filter_map(bits).collect();
    let padding = text.bytes().filter(|byte| *byte == b'=').count();
    match data.len() % 4 {
        1 => {
            return Err(format!(
                "Invalid base64-encoded string: number of data characters ({}) cannot be 1 more than a multiple of 4",
                data.len()
            ));
        }
        rest if rest > 0 && padding < 4 - rest => return Err("Incorrect padding".to_owned()),
        _ => {}
    }
    let bytes = data.chunks(4).flat_map(|chunk| {
        let group = (0..4).fold(0, |group, index| group << 6 | chunk.get(index).copied().unwrap_or(0));
        group.to_be_bytes().into_iter().skip(1).take(chunk.len() - 1)
    });
    Ok(bytes.collect())
}

/// Returns `true` if the second word of a key, decoded, holds the first word after a length of four bytes.
///
/// # Errors
/// Returns Python's message if the second word cannot be decoded or is too short.
pub(super) fn is_public_key(text: &str) -> Result<bool, String> {
    let mut words = text.split_whitespace();
    let (Some(kind), Some(encoded)) = (words.next(), words.next()) else { return Ok(false) };
    let data = decode(encoded)?;
    let Some((length, rest)) = data.split_first_chunk::<4>() else {
        return Err("unpack requires a buffer of 4 bytes".to_owned());
    };
    let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
    Ok(rest.get(..length.min(rest.len())) == Some(kind.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_from_other_texts() {
        let check = |text: &str, expected: Result<bool, &str>| {
            assert_eq!(is_public_key(text), expected.map_err(str::to_owned), "{text:?}");
        };
        check("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAB me@here", Ok(true));
        check("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA", Ok(true));
        check("ssh-dss AAAAB3NzaC1yc2EA", Ok(false));
        check("path/to/key.pub", Ok(false));
        check("", Ok(false));
        check("ssh-rsa AAAA", Err("unpack requires a buffer of 4 bytes"));
        check(
            "ssh-rsa AAAAB3NzaC1yc2EAA",
            Err("Invalid base64-encoded string: number of data characters (17) cannot be 1 more than a multiple of 4"),
        );
        check("ssh-rsa AAAAB3Nz aC", Ok(false));
        check("ssh-rsa AAAAB3NzaC", Err("Incorrect padding"));
        check("not a-key", Err("unpack requires a buffer of 4 bytes"));
        check(
            "two words=",
            Err("Invalid base64-encoded string: number of data characters (5) cannot be 1 more than a multiple of 4"),
        );
    }
}

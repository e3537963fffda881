//! Links: a script in the fragment of an address.
//!
//! The fragment never leaves the browser. Its first word is a tag for the codec, so that links
//! made today can be read for ever: `s1` is base64url of raw DEFLATE of the script.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};

const TAG: &str = "s1:";
/// The longest fragment that is looked at.
const FRAGMENT_MAX: usize = 64 * 1024;
/// The longest script that a link may hold. A small link can unpack to a huge one.
const SCRIPT_MAX: usize = 256 * 1024;
const COMPRESSION_LEVEL: u8 = 9;

/// Why a link was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// It has another tag, or none.
    #[error("this is not a link of the playground, or one of a newer version")]
    Unknown,
    /// It was cut short or changed on the way.
    #[error("this link is damaged: some of it may have been lost when it was copied")]
    Damaged,
    /// It is, or unpacks to, more than a run can be.
    #[error("this link holds more than the playground accepts (256 KiB of commands)")]
    TooLarge,
}

/// Makes the fragment of a link, with its `#`.
#[must_use]
pub fn encode(script: &str) -> String {
    let packed = compress_to_vec(script.as_bytes(), COMPRESSION_LEVEL);
    format!("#{TAG}{}", URL_SAFE_NO_PAD.encode(packed))
}

/// Whether a text looks like the fragment of a link, with or without its `#`, of this codec.
#[must_use]
pub fn is_fragment(text: &str) -> bool {
    text.strip_prefix('#').unwrap_or(text).starts_with(TAG)
}

/// Reads the fragment of a link, with or without its `#`.
///
/// # Errors
///
/// A fragment that is not of this codec, damaged, or too large.
pub fn decode(fragment: &str) -> Result<String, ShareError> {
    let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
    let packed = fragment.strip_prefix(TAG).ok_or(ShareError::Unknown)?;
    if packed.len() > FRAGMENT_MAX {
        return Err(ShareError::TooLarge);
    }
    let packed = URL_SAFE_NO_PAD.decode(packed).map_err(|_| ShareError::Damaged)?;
    let bytes = decompress_to_vec_with_limit(&packed, SCRIPT_MAX).map_err(|error| {
        if error.status == TINFLStatus::HasMoreOutput { ShareError::TooLarge } else { ShareError::Damaged }
    })?;
    String::from_utf8(bytes).map_err(|_| ShareError::Damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded() {
        for script in ["", "az aks list\n", "wait 10m # ❄\n"] {
            assert_eq!(decode(&encode(script)).as_deref(), Ok(script));
        }
    }

    #[test]
    fn a_link_made_once_is_read_for_ever() {
        let link = "#s1:S6xSSMwuVsjJLC7hAgA";
        assert_eq!(decode(link).as_deref(), Ok("az aks list\n"));
    }

    #[test]
    fn damage_is_noticed() {
        let link = encode("az aks nodepool scale --node-count 5 --name nodepool1");
        let cut: String = link.chars().take(link.len() - 8).collect();
        assert_eq!(decode(&cut), Err(ShareError::Damaged));
        assert_eq!(decode("#s1:*"), Err(ShareError::Damaged));
        assert_eq!(decode("#s9:abc"), Err(ShareError::Unknown));
        assert_eq!(decode(""), Err(ShareError::Unknown));
    }

    #[test]
    fn a_small_link_cannot_unpack_to_a_huge_script() {
        let bomb = encode(&"a".repeat(SCRIPT_MAX + 1));
        assert!(bomb.len() < 1000);
        assert_eq!(decode(&bomb), Err(ShareError::TooLarge));
        let long = format!("#s1:{}", "A".repeat(FRAGMENT_MAX + 1));
        assert_eq!(decode(&long), Err(ShareError::TooLarge));
    }
}

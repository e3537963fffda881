//! Links: scripts in the fragment of an address.
//!
//! The fragment never leaves the browser. Its first word is a tag for the codec, so that links
//! made today can be read for ever:
//!
//! | tag | base64url of |
//! | --- | --- |
//! | `s1` | raw DEFLATE of the script, whose first line may be a checksum, `#@ sum 1a2b` |
//! | `s2` | a checksum, the times of the script, and raw DEFLATE of the rest with a preset dictionary |
//!
//! A link that is short anyway is `s1`, which any tool can inflate; a longer one is `s2`, and about half as
//! long. The size of a link's content is limited before anything of it is run.

mod deflate;
mod numbers;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const TAG_1: &str = "s1:";
const TAG_2: &str = "s2:";
/// Links shorter than this, in bytes, are `s1`: they fit into the part of an address that messengers and shells show.
const SHORT_MAX: usize = 600;
/// Length of the longest fragment that is decoded, in bytes.
const FRAGMENT_MAX: usize = 64 * 1024;
/// Length of the longest script that a link may hold, in bytes. A small link can unpack to a huge script.
const SCRIPT_MAX: usize = 256 * 1024;

/// Prefix of the checksum line of an `s1` link. In a script it is a comment.
const SUM: &str = "#@ sum ";

/// The preset dictionary of `s2`: typical texts of scripts. A changed dictionary needs another tag, because every
/// `s2` link is read with this one.
const DICTIONARY: &str = include_str!("dictionary.txt");

/// The reason why a link was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// It has another tag, or none.
    #[error("this is not a link of the playground, or one of a newer version")]
    Unknown,
    /// It was cut short or changed on the way.
    #[error("this link is damaged: some of it may have been lost when it was copied")]
    Damaged,
    /// It is, or unpacks to, more than the limits.
    #[error("this link holds more than the playground accepts (256 KiB of commands)")]
    TooLarge,
}

/// Encodes a script as the fragment of a link, with its `#`.
///
/// # Errors
///
/// A script that [`decode`] would not read, because it or its fragment is too large.
pub fn encode(script: &str) -> Result<String, ShareError> {
    if script.len() > SCRIPT_MAX {
        return Err(ShareError::TooLarge);
    }
    let link = encode_1(script);
    if link.len() < SHORT_MAX {
        return Ok(link);
    }
    let fragment = encode_2(script);
    // The `#` is no part of what is limited.
    if fragment.len() - 1 > FRAGMENT_MAX { Err(ShareError::TooLarge) } else { Ok(fragment) }
}

fn encode_2(script: &str) -> String {
    let (rest, times) = numbers::take(script);
    let mut packed = checksum(script).to_le_bytes().to_vec();
    numbers::pack(&times, &mut packed);
    deflate::compress(rest.as_bytes(), DICTIONARY.as_bytes(), &mut packed);
    format!("#{TAG_2}{}", URL_SAFE_NO_PAD.encode(packed))
}

fn encode_1(script: &str) -> String {
    let mut packed = Vec::new();
    let summed = format!("{SUM}{:04x}\n{script}", checksum(script));
    deflate::compress(summed.as_bytes(), &[], &mut packed);
    format!("#{TAG_1}{}", URL_SAFE_NO_PAD.encode(packed))
}

/// Returns `true` if a text begins like the fragment of a link of one of these codecs, with or without its `#`.
#[must_use]
pub fn is_fragment(text: &str) -> bool {
    let fragment = text.strip_prefix('#').unwrap_or(text);
    fragment.starts_with(TAG_1) || fragment.starts_with(TAG_2)
}

/// Decodes the fragment of a link, with or without its `#`.
///
/// # Errors
///
/// A fragment that is not of these codecs, damaged, or too large.
pub fn decode(fragment: &str) -> Result<String, ShareError> {
    let fragment = fragment.trim().trim_start_matches('#');
    if fragment.len() > FRAGMENT_MAX {
        return Err(ShareError::TooLarge);
    }
    let unpack = |packed: &str| URL_SAFE_NO_PAD.decode(packed).map_err(|_| ShareError::Damaged);
    if let Some(packed) = fragment.strip_prefix(TAG_1) {
        decode_1(text(deflate::decompress(&unpack(packed)?, &[], SCRIPT_MAX)?)?)
    } else if let Some(packed) = fragment.strip_prefix(TAG_2) {
        decode_2(&unpack(packed)?)
    } else {
        Err(ShareError::Unknown)
    }
}

/// Verifies and removes the checksum of a script. The first links had none.
fn decode_1(text: String) -> Result<String, ShareError> {
    let Some((sum, script)) = text.strip_prefix(SUM).and_then(|rest| rest.split_once('\n')) else {
        return Ok(text);
    };
    if sum == format!("{:04x}", checksum(script)) { Ok(script.to_owned()) } else { Err(ShareError::Damaged) }
}

fn decode_2(packed: &[u8]) -> Result<String, ShareError> {
    let (expected, packed) = packed.split_first_chunk::<2>().ok_or(ShareError::Damaged)?;
    let (times, packed) = numbers::unpack(packed).ok_or(ShareError::Damaged)?;
    let rest = text(deflate::decompress(packed, DICTIONARY.as_bytes(), SCRIPT_MAX)?)?;
    let script = numbers::put(&rest, &times).ok_or(ShareError::Damaged)?;
    if script.len() > SCRIPT_MAX {
        return Err(ShareError::TooLarge);
    }
    if checksum(&script) == u16::from_le_bytes(*expected) { Ok(script) } else { Err(ShareError::Damaged) }
}

fn text(bytes: Vec<u8>) -> Result<String, ShareError> {
    String::from_utf8(bytes).map_err(|_| ShareError::Damaged)
}

/// Returns the FNV-1a hash of a text, folded to 16 bits. DEFLATE alone does not detect a changed letter.
fn checksum(text: &str) -> u16 {
    let mut hash = 0x811c_9dc5_u32;
    for byte in text.bytes() {
        hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    #[expect(clippy::cast_possible_truncation, reason = "folded on purpose")]
    let folded = ((hash >> 16) ^ hash) as u16;
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A script that does not compress to little.
    fn long(begin: &str, lines: u32) -> String {
        (0..lines).fold(begin.to_owned(), |text, number| format!("{text}az vm {}\n", number * 7919 % 997))
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        for script in
            ["", "az aks list\n", "wait 10m # ❄\n", "#@ +0\na\n#@ +18446744073709551615\nb\n#@ 5 end\n", "#@ +"]
        {
            assert_eq!(decode(&encode(script).unwrap()).as_deref(), Ok(script));
            let long =
                (0..999).fold(script.to_owned(), |text, number| format!("{text}az vm {}\n", number * 7919 % 997));
            let link = encode(&long).unwrap();
            assert!(link.starts_with("#s2:"));
            assert_eq!(decode(&link), Ok(long));
        }
        // Links arrive with what a mail program puts around them.
        assert_eq!(decode(&format!(" #{} ", encode("a").unwrap())).as_deref(), Ok("a"));
    }

    #[test]
    fn damage_is_noticed() {
        let check = |script: &str, missed_max: usize| {
            let link = encode(script).unwrap();
            for cut in 0..link.len() {
                assert!(decode(&link[..cut]).is_err(), "{cut}");
            }
            let mut missed = 0_usize;
            for place in 4..link.len() {
                let mut changed = link.as_bytes().to_vec();
                changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
                let found = decode(std::str::from_utf8(&changed).unwrap());
                missed += usize::from(found.is_ok_and(|found| !found.ends_with(script)));
            }
            assert!(missed <= missed_max, "{missed} of {}", link.len());
        };
        // A changed letter at the very beginning of an `s1` link can take the checksum away.
        check("az aks nodepool scale --node-count 5 --name nodepool1\n", 4);
        check(&long("", 400), 0);
        assert_eq!(decode("#s1:*"), Err(ShareError::Damaged));
        assert_eq!(decode("#s2:"), Err(ShareError::Damaged));
        assert_eq!(decode("#s9:abc"), Err(ShareError::Unknown));
        assert_eq!(decode(""), Err(ShareError::Unknown));
    }

    #[test]
    fn a_small_link_cannot_unpack_to_a_huge_script() {
        for script in ["a".repeat(SCRIPT_MAX + 1), "#@ +0\n".repeat(SCRIPT_MAX / 6 + 1)] {
            assert_eq!(encode(&script), Err(ShareError::TooLarge));
            let bomb = encode_2(&script);
            assert!(bomb.len() < FRAGMENT_MAX, "{}", bomb.len());
            assert_eq!(decode(&bomb).err(), Some(ShareError::TooLarge));
        }
        let long = format!("#s1:{}", "A".repeat(FRAGMENT_MAX + 1));
        assert_eq!(decode(&long), Err(ShareError::TooLarge));
    }

    #[test]
    fn the_dictionary_is_the_one_that_links_were_made_with() {
        assert_eq!((DICTIONARY.len(), checksum(DICTIONARY)), (2352, 14201));
    }
}

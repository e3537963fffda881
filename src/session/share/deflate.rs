//! Raw DEFLATE with a preset dictionary, as zlib's `deflateSetDictionary` has it.
//!
//! `miniz_oxide` has no such call. Instead, the dictionary is compressed first, up to a byte boundary, and the
//! output of that is discarded; the window of the compressor keeps the dictionary.

use miniz_oxide::DataFormat;
use miniz_oxide::deflate::CompressionLevel;
use miniz_oxide::deflate::core::{CompressorOxide, TDEFLFlush, compress_to_output};
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress as inflate};

use super::ShareError;

/// Compresses a text and appends it to `packed`.
pub(super) fn compress(text: &[u8], dictionary: &[u8], packed: &mut Vec<u8>) {
    let mut compressor = CompressorOxide::with_format_and_level(DataFormat::Raw, CompressionLevel::UberCompression);
    if !dictionary.is_empty() {
        let _ = compress_to_output(&mut compressor, dictionary, TDEFLFlush::Sync, |_| true);
    }
    let _ = compress_to_output(&mut compressor, text, TDEFLFlush::Finish, |bytes| {
        packed.extend_from_slice(bytes);
        true
    });
}

/// Decompresses a text of at most `length_max` bytes.
pub(super) fn decompress(packed: &[u8], dictionary: &[u8], length_max: usize) -> Result<Vec<u8>, ShareError> {
    let mut text = dictionary.to_vec();
    text.resize(dictionary.len() + length_max, 0);
    let flags = TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let (status, _, length) = inflate(&mut DecompressorOxide::new(), packed, &mut text, dictionary.len(), flags);
    match status {
        TINFLStatus::Done => {
            text.truncate(dictionary.len() + length);
            Ok(text.split_off(dictionary.len()))
        }
        TINFLStatus::HasMoreOutput => Err(ShareError::TooLarge),
        _ => Err(ShareError::Damaged),
    }
}

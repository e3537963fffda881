//! The times of a script, stored apart from its text: as digits they would be half of a link.
//!
//! They are the numbers after `#@ +` at the beginning of a line, in Rice code: each number is a quotient in unary,
//! ones followed by a zero, and a remainder of a fixed number of bits, chosen so that the whole is shortest.

/// Prefix of a line with a number.
const MARK: &str = "#@ +";
/// Escape quotient: this many ones say that the whole number follows, in 64 bits.
const QUOTIENT_MAX: u64 = 24;
/// Width of a number, in bits.
const BITS: u8 = 64;

/// Splits a script into its text without the numbers, and the numbers.
pub(super) fn take(script: &str) -> (String, Vec<u64>) {
    let mut rest = String::with_capacity(script.len());
    let mut numbers = Vec::new();
    for line in script.split_inclusive('\n') {
        let Some(marked) = line.strip_prefix(MARK) else {
            rest.push_str(line);
            continue;
        };
        rest.push_str(MARK);
        if let Some((number, behind)) = number(marked) {
            numbers.push(number);
            rest.push_str(behind);
        } else {
            // A second plus says that nothing was taken.
            rest.push('+');
            rest.push_str(marked);
        }
    }
    (rest, numbers)
}

/// Reads the number that a text begins with, if it is in the form that [`put`] writes; returns the rest as well.
fn number(text: &str) -> Option<(u64, &str)> {
    let length = text.find(|digit: char| !digit.is_ascii_digit()).unwrap_or(text.len());
    let (digits, behind) = text.split_at(length);
    let number: u64 = digits.parse().ok()?;
    let is_alone = behind.is_empty() || behind.starts_with([' ', '\n']);
    (is_alone && number.to_string() == digits).then_some((number, behind))
}

/// Inserts the numbers into a script. Returns `None` if there are too few or too many.
pub(super) fn put(rest: &str, numbers: &[u64]) -> Option<String> {
    let mut script = String::with_capacity(rest.len() + numbers.len() * 6);
    let mut numbers = numbers.iter();
    for line in rest.split_inclusive('\n') {
        let Some(behind) = line.strip_prefix(MARK) else {
            script.push_str(line);
            continue;
        };
        script.push_str(MARK);
        if let Some(behind) = behind.strip_prefix('+') {
            script.push_str(behind);
        } else {
            script.push_str(&numbers.next()?.to_string());
            script.push_str(behind);
        }
    }
    numbers.next().is_none().then_some(script)
}

/// Appends numbers to `packed`: their count, the width of a remainder in bits, and the code.
pub(super) fn pack(numbers: &[u64], packed: &mut Vec<u8>) {
    let mut count = numbers.len();
    loop {
        let [low, ..] = (count & 0x7f).to_le_bytes();
        count >>= 7;
        packed.push(if count > 0 { low | 0x80 } else { low });
        if count == 0 {
            break;
        }
    }
    if numbers.is_empty() {
        return;
    }
    let length = |width: u8| numbers.iter().map(|number| length(*number, width)).sum::<u64>();
    let width = (0..BITS).min_by_key(|width| length(*width)).unwrap_or(0);
    packed.push(width);
    let mut bits = Bits { packed, free: 0 };
    for number in numbers {
        let quotient = number >> width;
        for _ in 0..quotient.min(QUOTIENT_MAX) {
            bits.push(1, 1);
        }
        if quotient < QUOTIENT_MAX {
            bits.push(0, 1);
            bits.push(*number, width);
        } else {
            bits.push(*number, BITS);
        }
    }
}

/// Returns the length of a number's code with remainders of `width` bits, in bits.
fn length(number: u64, width: u8) -> u64 {
    let quotient = number >> width;
    if quotient < QUOTIENT_MAX { quotient + 1 + u64::from(width) } else { QUOTIENT_MAX + u64::from(BITS) }
}

struct Bits<'a> {
    packed: &'a mut Vec<u8>,
    /// Number of unused bits of the last byte.
    free: u8,
}

impl Bits<'_> {
    /// Appends the lowest `width` bits of a number, the lowest first.
    fn push(&mut self, number: u64, width: u8) {
        for place in 0..width {
            if self.free == 0 {
                self.packed.push(0);
                self.free = 8;
            }
            let bit = u8::from(number >> place & 1 == 1);
            if let Some(last) = self.packed.last_mut() {
                *last |= bit << (8 - self.free);
            }
            self.free -= 1;
        }
    }
}

/// Unpacks the numbers; returns the bytes after them as well. Returns `None` if they are incomplete.
pub(super) fn unpack(packed: &[u8]) -> Option<(Vec<u64>, &[u8])> {
    let mut rest = packed;
    let mut count = 0_usize;
    let mut shift = 0;
    loop {
        let (byte, behind) = rest.split_first()?;
        rest = behind;
        count |= usize::from(byte & 0x7f).checked_shl(shift)?;
        shift += 7;
        if byte & 0x80 == 0 {
            break;
        }
    }
    if count == 0 {
        return Some((Vec::new(), rest));
    }
    // Every number takes a bit at least.
    if count.div_ceil(8) > rest.len() {
        return None;
    }
    let (width, behind) = rest.split_first()?;
    let mut places =
        (0..).map_while(|place: usize| behind.get(place / 8).map(|byte| u64::from(byte >> (place % 8) & 1)));
    let mut used = 0_usize;
    let mut bit = || {
        used += 1;
        places.next()
    };
    let mut numbers = Vec::with_capacity(count);
    for _ in 0..count {
        let mut quotient = 0;
        while quotient < QUOTIENT_MAX && bit()? == 1 {
            quotient += 1;
        }
        let length = if quotient < QUOTIENT_MAX { *width } else { BITS };
        let mut number = 0_u64;
        for place in 0..length.min(BITS) {
            number |= bit()? << place;
        }
        if quotient < QUOTIENT_MAX {
            number |= quotient.checked_shl(u32::from(*width))?;
        }
        numbers.push(number);
    }
    Some((numbers, behind.get(used.div_ceil(8)..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_taken_and_put() {
        let check = |script: &str, rest: &str, numbers: &[u64]| {
            assert_eq!(take(script), (rest.to_owned(), numbers.to_vec()), "{script}");
            assert_eq!(put(rest, numbers).as_deref(), Some(script), "{script}");
        };
        check("", "", &[]);
        check("#@ +12\na\n#@ +0 begin\n", "#@ +\na\n#@ + begin\n", &[12, 0]);
        check("a #@ +12\n#@ 12\n", "a #@ +12\n#@ 12\n", &[]);
        check("#@ +7", "#@ +", &[7]);
        // What is written otherwise stays in the text.
        check("#@ +007\n", "#@ ++007\n", &[]);
        check("#@ +99999999999999999999\n", "#@ ++99999999999999999999\n", &[]);
        check("#@ +5+\n#@ +\n#@ ++1", "#@ ++5+\n#@ ++\n#@ +++1", &[]);
        assert_eq!(put("#@ +\n", &[1, 2]), None);
        assert_eq!(put("#@ +\n", &[]), None);
    }

    #[test]
    fn packed_numbers_are_unpacked() {
        for numbers in [vec![], vec![0; 54], vec![u64::MAX, 0, 1], (0..300).map(|i| i * 997 % 180_000).collect()] {
            let mut packed = Vec::new();
            pack(&numbers, &mut packed);
            packed.extend(*b"rest");
            assert_eq!(unpack(&packed), Some((numbers, b"rest".as_slice())));
        }
    }

    #[test]
    fn they_take_few_bits() {
        let length = |numbers: &[u64]| {
            let mut packed = Vec::new();
            pack(numbers, &mut packed);
            packed.len()
        };
        assert_eq!(length(&[0; 54]), 9);
        let typed: Vec<u64> = (1..=54).map(|i| i * 7919 % 180_000).collect();
        // 17.5 bits each hold as much as is in them.
        assert!(length(&typed) <= 54 * 18 / 8 + 3, "{}", length(&typed));
    }

    #[test]
    fn nothing_hostile_is_unpacked() {
        for packed in
            [&[0x80][..], &[0xff; 40], &[5, 200, 0, 0], &[0xff, 0xff, 0xff, 0xff, 0x7f, 0], &[1], &[3, 64, 255]]
        {
            let _ = unpack(packed);
        }
        assert_eq!(unpack(&[0xff, 0xff, 0xff, 0x7f, 0, 0]), None);
    }
}

//! The simulated calendar: the day on which time begins, and the dates after it.

/// The day on which every simulation begins, counted from the first of January 1970: the first of
/// January 2026. Runs have no other date.
pub(crate) const FIRST_DAY: u64 = 20_454;

/// Returns year, month and day of a day counted from 1970, in the Gregorian calendar: years of 365 days
/// from March on, so that a leap day ends its year.
pub(crate) const fn date(day: u64) -> (u64, u64, u64) {
    // Days since the first of March of the year 0; 400 years have 146,097 days.
    let day = day + 719_468;
    let (era, day) = (day / 146_097, day % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + carry, month, day)
}

//! How the state of somebody's lists is named: a number up to MSNP9, a time after that.

use alloc::format;
use alloc::string::{String, ToString};

use msnp_core::Version;

use crate::roster::About;

/// The name of this state. It differs for any two states of one person: the fraction of the
/// second is the serial number.
pub(crate) fn serial(about: &About, version: Version) -> String {
    if version.has_list_serials() {
        return about.serial.to_string();
    }
    let (year, month, day) = date(about.changed / 86_400);
    let second = about.changed % 86_400;
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let fraction = about.serial % 10_000_000;
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:07}Z")
}

/// Year, month and day of a day since 1970-01-01, by counting in years that begin in March.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_stamp_is_a_date_with_the_serial_number_as_its_fraction() {
        let mut about = About::new(String::new());
        about.serial = 42;
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00.0000042Z"),
            (951_827_696, "2000-02-29T12:34:56.0000042Z"),
            (1_000_000_000, "2001-09-09T01:46:40.0000042Z"),
            (1_104_537_599, "2004-12-31T23:59:59.0000042Z"),
        ] {
            about.changed = seconds;
            assert_eq!(serial(&about, Version::MSNP11), text);
            assert_eq!(serial(&about, Version::MSNP8), "42");
        }
    }
}

//! The digits are in order, and what was done with the time, or with the scheme, is not.

use super::claim::{Claim, Digest};
use super::mistake::Mistake;
use super::{Case, TRUNCATED_MIN};
use crate::scheme::timestamp;
use crate::{Scheme, TIMESTAMP_MAX};

/// Between the id and the time, and between the digits and the time.
const SEPARATORS: [&str; 5] = ["-", ".", ":", "_", ""];

/// How far two readings of the clock are apart at most, in seconds.
const NEAR: i64 = 5;

/// How far from now a time that was not sent is searched for, in seconds.
const FAR: i64 = 300;

/// Of 64 digits and what follows them, or of fewer digits alone.
pub(super) fn claims(case: &Case<'_>) -> Vec<Claim> {
    let (digits, rest) = case.text.split_at_checked(64).unwrap_or((case.text, &[]));
    let (Some(digest), Ok(rest)) = (Digest::read(digits), str::from_utf8(rest)) else {
        return Vec::new();
    };
    let (id, is_whole) = (case.id, digits.len() == 64);
    let claim = |mistake, message: String| Claim::new(mistake, message.into(), digest);
    let time = |text: &str| timestamp(text.as_bytes());
    if case.scheme == Scheme::Plain {
        let time = rest.strip_prefix('-').and_then(time).filter(|_| is_whole);
        return time.into_iter().map(|time| claim(Mistake::WrongScheme, format!("{id}-{time}"))).collect();
    }

    let mut claims = Vec::new();
    let is_alone = is_whole && rest.is_empty();
    let lost = if is_alone { Mistake::TimestampNotSent } else { Mistake::Truncated };
    for time in near(case.now, FAR).filter(|_| digits.len() >= TRUNCATED_MIN) {
        let tail = format!("-{time}");
        if tail.len() > rest.len() && tail.starts_with(rest) {
            let is_search = !is_alone || time.abs_diff(case.now) > NEAR.unsigned_abs();
            claims.push(claim(lost, format!("{id}{tail}")).searched(is_search));
        }
    }
    if !is_whole {
        return claims;
    }
    if is_alone {
        claims.extend([Mistake::WrongScheme, Mistake::TimestampMissing].map(|mistake| claim(mistake, id.into())));
    }
    for sent in SEPARATORS {
        let Some(time) = rest.strip_prefix(sent).and_then(time) else {
            continue;
        };
        for signed in SEPARATORS.into_iter().filter(|signed| (sent, *signed) != ("-", "-")) {
            claims.push(claim(Mistake::TimestampSeparator, format!("{id}{signed}{time}")));
        }
        claims.push(claim(Mistake::TimestampSeparator, format!("{time}-{id}")));
        if sent == "-" {
            claims.push(claim(Mistake::TimestampNotSigned, id.into()));
            let others = near(time, NEAR).filter(|other| *other != time);
            claims.extend(others.map(|other| claim(Mistake::TimestampDiffers, format!("{id}-{other}"))));
            claims.extend((0..1000).map(|milliseconds| {
                let message = format!("{id}-{time}{milliseconds:03}");
                claim(Mistake::TimestampUnit, message).searched(milliseconds > 0)
            }));
            claims.extend(units(time).map(|unit| claim(Mistake::TimestampUnit, format!("{id}-{unit}"))));
        }
    }
    if let Some((unit, seconds)) = rest.strip_prefix('-').and_then(|unit| Some((unit, seconds(unit)?))) {
        let signed = [unit.into(), seconds.to_string(), seconds.saturating_add(1).to_string()];
        claims.extend(signed.map(|signed| claim(Mistake::TimestampUnit, format!("{id}-{signed}"))));
    }
    claims
}

fn near(time: i64, distance: i64) -> impl Iterator<Item = i64> {
    time.saturating_sub(distance).max(0)..=time.saturating_add(distance).min(TIMESTAMP_MAX)
}

/// A time in other units, beside milliseconds: micro- and nanoseconds, a fraction, and the forms of ISO 8601.
fn units(time: i64) -> impl Iterator<Item = String> {
    let numbers = ["000000", "000000000", ".0", ".000"].map(|more| format!("{time}{more}"));
    let date = date(time);
    let dates = ["Z", ".000Z", "+00:00", ""].map(|zone| format!("{date}{zone}"));
    let spaced = ["", " UTC", " +0000"].map(|zone| format!("{}{zone}", date.replace('T', " ")));
    numbers.into_iter().chain(dates).chain(spaced)
}

/// The whole seconds of a time in another unit.
fn seconds(unit: &str) -> Option<i64> {
    let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let is_fraction = |text: &str| (1..=9).contains(&text.len()) && is_digits(text);
    if let (13 | 16 | 19, true) = (unit.len(), is_digits(unit)) {
        return timestamp(unit.get(..10)?.as_bytes());
    }
    let fraction = unit.split_once('.').filter(|(_, fraction)| is_fraction(fraction));
    if let Some(seconds) = fraction.and_then(|(whole, _)| timestamp(whole.as_bytes())) {
        return Some(seconds);
    }
    let (date, zone) = unit.split_at_checked(19)?;
    let zone = match zone.strip_prefix('.') {
        Some(zone) => {
            let (fraction, zone) = zone.split_at(zone.find(|c: char| !c.is_ascii_digit()).unwrap_or(zone.len()));
            Some(zone).filter(|_| is_fraction(fraction))?
        }
        None => zone,
    };
    let local = time_of(date)?;
    let ahead = match zone {
        "" | "Z" | " UTC" => 0,
        _ => offset(zone.strip_prefix(' ').unwrap_or(zone))?,
    };
    Some(local.saturating_sub(ahead)).filter(|seconds| (0..=TIMESTAMP_MAX).contains(seconds))
}

/// Of `+HH:MM` or `+HHMM`, in seconds.
fn offset(zone: &str) -> Option<i64> {
    let (sign, digits) = zone.split_at_checked(1)?;
    let (hours, minutes) = digits.split_at_checked(2)?;
    let number = |text: &str| text.parse::<i64>().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()));
    let minutes = minutes.strip_prefix(':').unwrap_or(minutes);
    let minutes = number(minutes).filter(|number| minutes.len() == 2 && *number < 60)?;
    let seconds =
        number(hours).filter(|hours| *hours < 24)?.saturating_mul(60).saturating_add(minutes).saturating_mul(60);
    match sign {
        "+" => Some(seconds),
        "-" => Some(seconds.saturating_neg()),
        _ => None,
    }
}

/// The time that is written so, by halving: no other text is a date.
fn time_of(text: &str) -> Option<i64> {
    let text = text.replacen(' ', "T", 1);
    let (mut low, mut high) = (0, TIMESTAMP_MAX);
    while low < high {
        let middle = i64::midpoint(low, high);
        if date(middle) < text { low = middle.saturating_add(1) } else { high = middle }
    }
    Some(low).filter(|time| date(*time) == text)
}

/// As `2020-07-31T03:23:44`, in UTC.
fn date(time: i64) -> String {
    let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let (mut year, mut month, mut day) = (1970_i64, 1, time / 86_400);
    loop {
        let length = if is_leap(year) { 366 } else { 365 };
        if day < length {
            break;
        }
        (year, day) = (year.saturating_add(1), day.saturating_sub(length));
    }
    let february = if is_leap(year) { 29 } else { 28 };
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if day < length {
            break;
        }
        (month, day) = (i64::saturating_add(month, 1), day.saturating_sub(length));
    }
    let (hour, minute, second) = (time / 3_600 % 24, time / 60 % 60, time % 60);
    format!("{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}", day.saturating_add(1))
}

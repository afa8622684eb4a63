//! Hypotheses about timestamp and scheme.

use super::hypothesis::Hypothesis;
use super::mistake::Mistake;
use super::reading::Tail;
use crate::signature::timestamp;
use crate::signer::TIMESTAMP_MAX;

/// Between the id and the time.
const SEPARATORS: [&str; 12] = ["-", ".", ":", "_", "", " - ", "- ", " -", "--", " ", "|", "/"];

/// How far from each other two readings of the clock are in pairs, in seconds.
const NEAR: i64 = 5;

/// How far two readings of the clock are apart at most, in seconds.
const APART: i64 = 60;

/// How far from now a time that was not sent is searched for, in seconds.
const FAR: i64 = 300;

/// The messages that have another time than they should, for a tail that was read.
/// Without `searches`, of times that are near alone.
pub(super) fn hypotheses(id: &str, tail: &Tail, now: i64, searches: bool) -> Vec<Hypothesis> {
    let far = |distance: i64| if searches { distance } else { NEAR };
    let mut hypotheses = Vec::new();
    match tail {
        Tail::Needless(suffix) => hypotheses.push(Hypothesis::new(Mistake::WrongScheme, format!("{id}{suffix}"))),
        Tail::Missing => {
            hypotheses.push(Hypothesis::new(Mistake::WrongScheme, id).and(Mistake::TimestampMissing));
            hypotheses.extend(near(now, far(FAR)).map(|time| {
                let is_search = time.abs_diff(now) > NEAR.unsigned_abs();
                Hypothesis::new(Mistake::TimestampNotSent, format!("{id}-{time}")).searched(is_search)
            }));
        }
        Tail::Suffix(suffix) => {
            let time = suffix.strip_prefix('-').and_then(|time| timestamp(time.as_bytes()));
            time.into_iter().for_each(|time| hypotheses.extend(of_time(id, time, searches)));
        }
        Tail::Other(rest) => {
            for time in near(now, FAR).filter(|_| searches) {
                let tail = format!("-{time}");
                if tail.len() > rest.len() && tail.starts_with(rest) {
                    hypotheses.push(Hypothesis::new(Mistake::Truncated, format!("{id}{tail}")).searched(true));
                }
            }
            if let Some(unit) = rest.strip_prefix('-').filter(|unit| timestamp(unit.as_bytes()).is_none()) {
                let seconds = seconds(unit).map(|seconds| [seconds, seconds.saturating_add(1)]);
                let signed = seconds.into_iter().flatten().map(|seconds| seconds.to_string());
                let signed = std::iter::once(unit.into()).chain(signed);
                hypotheses
                    .extend(signed.map(|signed| Hypothesis::new(Mistake::TimestampUnit, format!("{id}-{signed}"))));
            }
        }
    }
    hypotheses
}

fn of_time(id: &str, time: i64, searches: bool) -> Vec<Hypothesis> {
    let mut hypotheses = vec![Hypothesis::new(Mistake::TimestampNotSigned, id)];
    let behind = SEPARATORS.iter().filter(|signed| **signed != "-").map(|signed| format!("{id}{signed}{time}"));
    let before = SEPARATORS.iter().map(|signed| format!("{time}{signed}{id}"));
    hypotheses.extend(behind.chain(before).map(|signed| Hypothesis::new(Mistake::TimestampSeparator, signed)));
    hypotheses.extend(near(time, if searches { APART } else { NEAR }).filter(|other| *other != time).map(|other| {
        let is_search = other.abs_diff(time) > NEAR.unsigned_abs();
        Hypothesis::new(Mistake::TimestampDiffers, format!("{id}-{other}")).searched(is_search)
    }));
    hypotheses.extend((0..if searches { 1000 } else { 1 }).map(|milliseconds| {
        Hypothesis::new(Mistake::TimestampUnit, format!("{id}-{time}{milliseconds:03}")).searched(milliseconds > 0)
    }));
    hypotheses.extend(units(time).map(|unit| Hypothesis::new(Mistake::TimestampUnit, format!("{id}-{unit}"))));
    hypotheses
}

fn near(time: i64, distance: i64) -> impl Iterator<Item = i64> {
    time.saturating_sub(distance).max(0)..=time.saturating_add(distance).min(TIMESTAMP_MAX)
}

/// A time in other units, beside milliseconds: micro- and nanoseconds, a fraction, and dates as languages write them.
fn units(time: i64) -> impl Iterator<Item = String> {
    const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let numbers = ["000000", "000000000", ".0", ".000"].map(|more| format!("{time}{more}"));
    let (year, month, day) = day_of(time);
    let (date, clock) = (date(time), clock(time));
    let dates = ["Z", ".000Z", "+00:00", ""].map(|zone| format!("{date}{zone}"));
    let spaced = ["", " UTC", " +0000", "+00:00", " +0000 UTC"].map(|zone| format!("{}{zone}", date.replace('T', " ")));
    let basic = date.replace(['-', ':'], "");
    let basic = [basic.replace('T', ""), basic + "Z"];
    let named = |names: &[&'static str], at: i64| {
        usize::try_from(at).ok().and_then(|at| names.get(at).copied()).unwrap_or_default()
    };
    let (weekday, month) = (named(&WEEKDAYS, time / 86_400 % 7), named(&MONTHS, month.saturating_sub(1)));
    let script = format!("{weekday} {month} {day:02} {year:04} {clock} GMT+0000 (Coordinated Universal Time)");
    let mail = ["GMT", "+0000"].map(|zone| format!("{weekday}, {day:02} {month} {year:04} {clock} {zone}"));
    let calendar = [format!("{day:>2} {clock}"), format!("{day:02} {clock} UTC")]
        .map(|day| format!("{weekday} {month} {day} {year:04}"));
    numbers.into_iter().chain(dates).chain(spaced).chain(basic).chain(mail).chain([script]).chain(calendar)
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
    let (year, month, day) = day_of(time);
    format!("{year:04}-{month:02}-{day:02}T{}", clock(time))
}

fn clock(time: i64) -> String {
    format!("{:02}:{:02}:{:02}", time / 3_600 % 24, time / 60 % 60, time % 60)
}

/// The year, the month and the day of the month.
fn day_of(time: i64) -> (i64, i64, i64) {
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
    (year, month, day.saturating_add(1))
}

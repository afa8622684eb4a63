//! Hypotheses about timestamp and scheme.

use super::hypothesis::Hypothesis;
use super::mistake::Mistake;
use super::reading::Tail;
use super::{SEARCH_MAX, ZONES};
use crate::signature::timestamp;
use crate::signer::TIMESTAMP_MAX;

/// Between the id and the time.
const SEPARATORS: [&str; 12] = ["-", ".", ":", "_", "", " - ", "- ", " -", "--", " ", "|", "/"];

/// What languages print for a time that is not there.
const NO_TIME: [&str; 6] = ["undefined", "null", "None", "nil", "NaN", "false"];

/// How far from now a time that was not sent is in pairs, and from each other two readings of the clock in a long message or
/// under a key that is rarely wrong so, in seconds.
pub(super) const NEAR: i64 = 5;

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
            if rest.strip_prefix('-').is_some_and(|word| NO_TIME.contains(&word)) {
                hypotheses.extend(
                    near(now, FAR)
                        .filter(|_| searches)
                        .map(|time| Hypothesis::new(Mistake::TimestampNotSent, format!("{id}-{time}")).searched(true)),
                );
            }
            if let Some(unit) = rest.strip_prefix('-').filter(|unit| timestamp(unit.as_bytes()).is_none()) {
                let seconds = seconds(unit).map(|seconds| [seconds, seconds.saturating_add(1)]);
                let signed = seconds.into_iter().flatten().map(|seconds| seconds.to_string());
                let signed = std::iter::once(unit.into()).chain(signed);
                hypotheses
                    .extend(signed.map(|signed| Hypothesis::new(Mistake::TimestampUnit, format!("{id}-{signed}"))));
                // `Date.now()`, read twice.
                let is_in_milliseconds = unit.len() == 13 && is_digits(unit) && !unit.starts_with('0');
                let read = Some(unit).filter(|_| searches && is_in_milliseconds).and_then(|unit| unit.parse().ok());
                hypotheses.extend(read.into_iter().flat_map(around).map(|other| {
                    let unit = Hypothesis::new(Mistake::TimestampUnit, format!("{id}-{other}"));
                    unit.twice(Mistake::TimestampDiffers).searched(true)
                }));
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
    hypotheses.extend(apart(id, time).map(|other| {
        let is_far = other.abs_diff(time) > NEAR.unsigned_abs();
        Hypothesis::new(Mistake::TimestampDiffers, format!("{id}-{other}")).far(is_far)
    }));
    hypotheses.extend((0..if searches { 1000 } else { 1 }).map(|milliseconds| {
        Hypothesis::new(Mistake::TimestampUnit, format!("{id}-{time}{milliseconds:03}")).searched(milliseconds > 0)
    }));
    // A fraction was signed, and the whole seconds were sent.
    hypotheses.extend((0..1000).filter(|_| searches).map(|milliseconds| {
        Hypothesis::new(Mistake::TimestampUnit, format!("{id}-{time}.{milliseconds:03}")).searched(true)
    }));
    hypotheses.extend(units(time).map(|unit| Hypothesis::new(Mistake::TimestampUnit, format!("{id}-{unit}"))));
    let zones = ZONES.iter().flat_map(|minutes| [*minutes, minutes.saturating_neg()]).filter(|_| searches);
    for minutes in zones {
        let local = time.saturating_add(minutes.saturating_mul(60));
        if (0..=TIMESTAMP_MAX).contains(&local) {
            let number = Hypothesis::new(Mistake::TimeZone, format!("{id}-{local}"));
            let written = moments(local, minutes).into_iter();
            let written = written.map(|unit| Hypothesis::new(Mistake::TimestampUnit, format!("{id}-{unit}")));
            hypotheses.extend(std::iter::once(number).chain(written).map(|form| form.searched(true)));
        }
    }
    hypotheses
}

/// The time of a clock in a zone that is so many minutes ahead, as languages and databases write it.
fn moments(local: i64, minutes: i64) -> [String; 6] {
    let sign = if minutes < 0 { '-' } else { '+' };
    let (hours, rest) = (minutes.saturating_abs() / 60, minutes.saturating_abs() % 60);
    let (colon, plain) = (format!("{sign}{hours:02}:{rest:02}"), format!("{sign}{hours:02}{rest:02}"));
    let date = date(local);
    let spaced = date.replace('T', " ");
    [
        format!("{date}{colon}"),
        format!("{date}{plain}"),
        format!("{spaced} {colon}"),
        format!("{spaced} {plain}"),
        date,
        spaced,
    ]
}

/// Another reading of the clock. Of a long message the nearest alone.
pub(super) fn apart(id: &str, time: i64) -> impl Iterator<Item = i64> + use<> {
    let is_short = id.len().saturating_add(time.to_string().len()) < SEARCH_MAX;
    near(time, if is_short { APART } else { NEAR }).filter(move |other| *other != time)
}

fn around(time: i64) -> impl Iterator<Item = i64> {
    (time.saturating_sub(APART)..=time.saturating_add(APART)).filter(move |other| *other != time)
}

fn near(time: i64, distance: i64) -> impl Iterator<Item = i64> {
    time.saturating_sub(distance).max(0)..=time.saturating_add(distance).min(TIMESTAMP_MAX)
}

const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// What stands between thousands.
const GROUPINGS: [char; 6] = [',', '.', '_', ' ', '\'', '\u{202f}'];

/// A time written otherwise, beside in milliseconds: micro- and nanoseconds, a fraction, thousands apart, hexadecimal, an
/// exponent, and dates as languages write them.
fn units(time: i64) -> impl Iterator<Item = String> {
    let numbers = ["000000", "000000000", ".0", ".000"].map(|more| format!("{time}{more}"));
    let numbers = numbers.into_iter().chain(GROUPINGS.map(|mark| grouped(time, mark)));
    let hexadecimal = [format!("{time:x}"), format!("{time:#x}"), format!("{time:X}")];
    // As C's `%g`, which rounds, and as other languages write a float.
    let rounded = format!("{:.5e}", time as f64);
    let exponents = [format!("{time:e}"), rounded].into_iter().flat_map(|number| {
        let (digits, power) = number.split_once('e').unwrap_or_default();
        let zeros = if digits.contains('.') { '0' } else { '.' };
        let digits = digits.trim_end_matches(zeros).trim_end_matches('.');
        ["e", "E", "e+", "e+0", "E+"].map(|mark| format!("{digits}{mark}{power}"))
    });
    let numbers = numbers.chain(hexadecimal).chain(exponents);
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
    numbers.chain(dates).chain(spaced).chain(basic).chain(mail).chain([script]).chain(calendar)
}

/// `1,596,165,824`
fn grouped(time: i64, mark: char) -> String {
    let digits = time.to_string();
    let first = digits.len() % 3;
    let is_start = |at: usize| at > 0 && at % 3 == first;
    digits.char_indices().flat_map(|(at, digit)| is_start(at).then_some(mark).into_iter().chain([digit])).collect()
}

/// The seconds, rounded down, of a time that is written otherwise.
fn seconds(unit: &str) -> Option<i64> {
    number(unit).or_else(|| moment(unit)).filter(|seconds| (0..=TIMESTAMP_MAX).contains(seconds))
}

/// Milli-, micro- and nanoseconds, a fraction, thousands apart, hexadecimal, an exponent.
fn number(unit: &str) -> Option<i64> {
    if let (13 | 16 | 19, true) = (unit.len(), is_digits(unit)) {
        return timestamp(unit.get(..10)?.as_bytes());
    }
    let grouping = |mark: &char| {
        let time = unit.replace(*mark, "").parse().ok()?;
        Some(time).filter(|time| unit.contains(*mark) && grouped(*time, *mark) == unit)
    };
    if let Some(time) = GROUPINGS.iter().find_map(grouping) {
        return Some(time);
    }
    let digits = unit.strip_prefix("0x").unwrap_or(unit);
    if digits.len() == 8 && digits.bytes().all(|b| b.is_ascii_hexdigit()) && !is_digits(unit) {
        return i64::from_str_radix(digits, 16).ok();
    }
    let (whole, fraction) = unit.split_once('.')?;
    if is_fraction(fraction) {
        return timestamp(whole.as_bytes());
    }
    let (fraction, power) = fraction.split_once(['e', 'E'])?;
    let is_exponent = is_digits(whole) && is_fraction(fraction) && ["9", "+9", "09", "+09"].contains(&power);
    // At most nine digits behind the point: whole seconds, of which a float has every digit.
    is_exponent.then(|| format!("{whole}.{fraction}e9").parse::<f64>().ok()).flatten().map(|seconds| seconds as i64)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_fraction(text: &str) -> bool {
    text.len() <= 9 && is_digits(text)
}

/// Of a date and the time of the day.
fn moment(text: &str) -> Option<i64> {
    let text = with_numbers(text).unwrap_or_else(|| text.into());
    let (date, zone) = text.split_at_checked(19)?;
    let zone = match zone.strip_prefix('.') {
        Some(zone) => {
            let (fraction, zone) = zone.split_at(zone.find(|c: char| !c.is_ascii_digit()).unwrap_or(zone.len()));
            Some(zone).filter(|_| is_fraction(fraction))?
        }
        None => zone,
    };
    let ahead = match zone {
        "" | "Z" | " UTC" => 0,
        _ => offset(zone.strip_prefix(' ').unwrap_or(zone))?,
    };
    Some(time_of(date)?.saturating_sub(ahead))
}

/// A date with the month's name, or without marks, as `2020-07-31T03:23:44+0000`.
fn with_numbers(text: &str) -> Option<String> {
    let (day, clock) = text.strip_suffix('Z').unwrap_or(text).split_at_checked(8)?;
    let basic = [day, clock.strip_prefix('T').unwrap_or(clock)].concat();
    if basic.len() == 14 && is_digits(&basic) {
        let part = |start: usize, end: usize| basic.get(start..end);
        let date = format!("{}-{}-{}", part(0, 4)?, part(4, 6)?, part(6, 8)?);
        return Some(format!("{date}T{}:{}:{}", part(8, 10)?, part(10, 12)?, part(12, 14)?));
    }
    // As `Date` of JavaScript ends.
    let text = text.split_once(" (").map_or(text, |(text, _)| text);
    let (mut year, mut month, mut day, mut clock, mut zone) = (None, None, None, None, "");
    for word in text.split([' ', ',']).filter(|word| !word.is_empty()) {
        if let Some(at) = MONTHS.iter().position(|name| *name == word) {
            month = Some(at.saturating_add(1));
        } else if word.len() == 4 && is_digits(word) {
            year = Some(word);
        } else if word.len() <= 2 && is_digits(word) {
            day = Some(word);
        } else if word.len() == 8 && word.contains(':') && word.bytes().all(|b| matches!(b, b'0'..=b':')) {
            clock = Some(word);
        } else if !WEEKDAYS.contains(&word) {
            zone = word.strip_prefix("GMT").or_else(|| word.strip_prefix("UTC")).unwrap_or(word);
            if !zone.is_empty() && !zone.starts_with(['+', '-']) {
                return None;
            }
        }
    }
    Some(format!("{}-{:02}-{:0>2}T{}{zone}", year?, month?, day?, clock?))
}

/// Of `+HH:MM` or `+HHMM`, in seconds.
fn offset(zone: &str) -> Option<i64> {
    let (sign, digits) = zone.split_at_checked(1)?;
    let (hours, minutes) = digits.split_at_checked(2)?;
    let minutes = minutes.strip_prefix(':').unwrap_or(minutes);
    let number = |text: &str, most| text.parse::<i64>().ok().filter(|number| is_digits(text) && *number <= most);
    let minutes = number(minutes, 59).filter(|_| minutes.len() == 2)?;
    let seconds = number(hours, 23)?.saturating_mul(60).saturating_add(minutes).saturating_mul(60);
    match sign {
        "+" => Some(seconds),
        "-" => Some(seconds.saturating_neg()),
        _ => None,
    }
}

/// Of `2020-07-31T03:23:44`, in UTC.
fn time_of(text: &str) -> Option<i64> {
    let text = text.replacen(' ', "T", 1);
    let number = |start: usize, end: usize| text.get(start..end)?.parse::<i64>().ok();
    let days = days_before(number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let seconds = [(86_400, days), (3_600, number(11, 13)?), (60, number(14, 16)?), (1, number(17, 19)?)];
    let time = seconds.iter().fold(0_i64, |sum, (unit, count)| sum.saturating_add(count.saturating_mul(*unit)));
    // No other text is a date.
    Some(time).filter(|time| (0..=TIMESTAMP_MAX).contains(time) && date(*time) == text)
}

/// As `2020-07-31T03:23:44`, in UTC.
fn date(time: i64) -> String {
    let (year, month, day) = day_of(time);
    format!("{year:04}-{month:02}-{day:02}T{}", clock(time))
}

fn clock(time: i64) -> String {
    format!("{:02}:{:02}:{:02}", time / 3_600 % 24, time / 60 % 60, time % 60)
}

// Howard Hinnant's `civil_from_days` and `days_from_civil` (https://howardhinnant.github.io/date_algorithms.html). A year
// begins in March, so that its last day is the leap day; 719,468 days before 1970 an era of 400 years begins.

/// The year, the month and the day of the month.
#[expect(clippy::arithmetic_side_effects, reason = "times have at most eleven digits")]
fn day_of(time: i64) -> (i64, i64, i64) {
    let days = time / 86_400 + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    if month < 10 { (era * 400 + year, month + 3, day) } else { (era * 400 + year + 1, month - 9, day) }
}

/// The days from 1970 to this one.
#[expect(clippy::arithmetic_side_effects, reason = "numbers of at most four digits")]
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, year) = (year / 400, year % 400);
    era * 146_097 + 365 * year + year / 4 - year / 100 + (153 * month + 2) / 5 + day - 1 - 719_468
}

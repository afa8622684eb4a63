//! A number in other notations.

/// The longest number in bytes that other notations are tried for.
const NUMBER_MAX: usize = 40;

/// The same number in other notations.
pub(super) fn forms(id: &str) -> Vec<String> {
    let (sign, digits) = id.strip_prefix('-').map_or(("", id), |digits| ("-", digits));
    let Some(double) = id.parse::<f64>().ok().filter(|_| is_number(digits) && id.len() <= NUMBER_MAX) else {
        return Vec::new();
    };
    let mut forms = Vec::new();
    let is_integer = digits.bytes().all(|b| b.is_ascii_digit());
    let significant = digits.trim_start_matches('0');
    let canonical = if significant.is_empty() { "0" } else { significant };
    if !is_integer || digits != canonical {
        if double.fract() == 0.0 && double.abs() < 1e21 {
            forms.push(format!("{double:.0}"));
        }
        if is_integer {
            forms.push(format!("{sign}{canonical}"));
        }
        return forms;
    }
    forms.extend([format!("{id}.0"), format!("{id}.00")]);
    forms.extend((digits.len()..20).map(|width| format!("{sign}{digits:0>width$}", width = width.saturating_add(1))));
    let mut groups: Vec<&str> = digits.as_bytes().rchunks(3).filter_map(|group| str::from_utf8(group).ok()).collect();
    groups.reverse();
    let separators = [",", ".", " ", "'", "\u{2019}", "\u{a0}", "\u{202f}", "_"];
    forms.extend(separators.map(|separator| format!("{sign}{}", groups.join(separator))));
    // Spreadsheets.
    if let Some((kept, lost)) = digits.split_at_checked(15).filter(|(_, lost)| !lost.is_empty()) {
        forms.push([sign, kept, &"0".repeat(lost.len())].concat());
    }
    // Beyond 2^53 a double is another integer; some languages print it whole, some its first digits and zeros.
    for integer in [format!("{double:.0}"), format!("{double}")] {
        forms.extend([format!("{integer}.0"), integer]);
    }
    let scientific = [format!("{double:e}"), format!("{double:.5e}")];
    for (mantissa, exponent) in scientific.iter().filter_map(|text| text.split_once('e')).filter(|_| double != 0.0) {
        let mantissa = match mantissa.contains('.') {
            true => mantissa.trim_end_matches('0').trim_end_matches('.'),
            false => mantissa,
        };
        let point = if mantissa.contains('.') { "" } else { ".0" };
        for mantissa in [mantissa.into(), format!("{mantissa}{point}")] {
            forms.extend(["e", "E", "e+", "E+"].map(|e| format!("{mantissa}{e}{exponent}")));
            forms.extend(["e+", "E+"].map(|e| format!("{mantissa}{e}{exponent:0>2}")));
        }
    }
    forms
}

/// As PHP prints an integer that became a float: 14 digits and an exponent.
pub(super) fn rounded(id: &str) -> Option<String> {
    let digits = id.strip_prefix('-').unwrap_or(id);
    let is_integer = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
    let double: f64 = id.parse().ok().filter(|_| is_integer && (16..40).contains(&digits.len()))?;
    let written = format!("{double:.13e}");
    let (mantissa, exponent) = written.split_once('e')?;
    let mantissa = mantissa.trim_end_matches('0');
    let zero = if mantissa.ends_with('.') { "0" } else { "" };
    Some(format!("{mantissa}{zero}E+{exponent}"))
}

/// Digits, perhaps a fraction, perhaps an exponent.
fn is_number(text: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    is_digits(whole) && is_digits(fraction) && is_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))
}

//! What spreadsheets and databases export in a column of ids and is nobody's id.

/// What is wrong with the cell or line, and what to do.
pub(crate) fn refused(cell: &[u8]) -> Option<(&'static str, &'static str)> {
    if is_scientific(cell) {
        return Some((
            "the id is a number in scientific notation, so its last digits are lost",
            "format the column as text in the spreadsheet before the ids come in, and export it again",
        ));
    }
    if let [b'\'', b'0'..=b'9', ..] = cell {
        return Some(("the id begins with an apostrophe, a spreadsheet's mark for text", "remove the apostrophe"));
    }
    if cell.len() > 2 && cell.starts_with(b"=\"") && cell.ends_with(b"\"") {
        return Some(("the id is a spreadsheet's formula", "export the values, not the formulas"));
    }
    if matches!(cell, b"NULL" | b"\\N") {
        return Some(("the id is what a database writes for a value that is not there", "leave such rows out"));
    }
    if ERRORS.contains(&cell) {
        return Some(("the id is an error of the spreadsheet", "correct the formula, and export the table again"));
    }
    // The core refuses what is not UTF-8.
    let text = std::str::from_utf8(cell).ok()?;
    if text.trim_start().len() < text.len() && text.trim_start().starts_with('"') {
        return Some((
            "a quote stands behind a space, where it is part of the id",
            "remove the space before the quote",
        ));
    }
    // And control characters.
    let invisible =
        |c: char| (c.is_whitespace() || matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}')) && !c.is_control();
    match text.starts_with(invisible) || text.ends_with(invisible) {
        true => Some((
            "the id begins or ends with white space or an invisible character",
            "remove it where the ids come from",
        )),
        false => None,
    }
}

const ERRORS: [&[u8]; 7] = [b"#N/A", b"#REF!", b"#VALUE!", b"#NAME?", b"#DIV/0!", b"#NUM!", b"#NULL!"];

/// `-?[0-9]([.,][0-9]+)?E[+-][0-9]{2,}`, as Excel writes it, in some languages with a comma.
fn is_scientific(cell: &[u8]) -> bool {
    let are_digits = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let cell = cell.strip_prefix(b"-").unwrap_or(cell);
    let Some(at) = cell.iter().position(|byte| *byte == b'E') else { return false };
    let (mantissa, exponent) = (&cell[..at], &cell[at + 1..]);
    let is_mantissa = match mantissa {
        [digit] => digit.is_ascii_digit(),
        [digit, b'.' | b',', fraction @ ..] => digit.is_ascii_digit() && are_digits(fraction),
        _ => false,
    };
    is_mantissa && matches!(exponent, [b'+' | b'-', digits @ ..] if digits.len() >= 2 && are_digits(digits))
}

#[cfg(test)]
mod tests {
    use super::refused;

    #[test]
    fn what_a_spreadsheet_or_database_writes_is_refused() {
        for cell in [
            "1.23E+15",
            "-1E+05",
            "9E-10",
            "1,5E+15",
            "'42",
            "=\"42\"",
            "NULL",
            "\\N",
            "#N/A",
            "#REF!",
            "#VALUE!",
            "#NAME?",
            "#DIV/0!",
            "#NUM!",
            "#NULL!",
            " 42",
            "42 ",
            "\u{a0}42",
            "42\u{200b}",
            "\u{2060}42",
            "42\u{feff}",
            " \"42\"",
        ] {
            assert!(refused(cell.as_bytes()).is_some(), "{cell:?}");
        }
    }

    #[test]
    fn what_may_be_an_id_is_not() {
        for cell in [
            "",
            "42",
            "1.23e+15",
            "12.3E+15",
            "1E5",
            "1E+5",
            "E+05",
            "1.E+05",
            "'ada",
            "ada'",
            "=42",
            "=\"",
            "null",
            "nil",
            "#1",
            "#n/a",
            "a b",
            "6\" nail",
            "\"42\"",
            "O'Brien",
            "1.23E+15x",
            "42\n",
            "\t42",
        ] {
            assert!(refused(cell.as_bytes()).is_none(), "{cell:?}");
        }
    }
}

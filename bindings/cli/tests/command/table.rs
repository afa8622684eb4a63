//! `personsig sign --csv`.

use std::fs;
use std::io::{BufWriter, Read, Write};
use std::process::{Command, Stdio};
use std::thread;

use crate::call::{PLAIN, SECRET, TIME, TIMESTAMPED, line};

fn sign(table: impl Into<Vec<u8>>) -> crate::call::Done {
    line("sign --provider gosquared --csv - --column id").stdin(table).run()
}

/// The message of a table that is refused behind so many rows.
#[track_caller]
fn refused(table: &str, rows: usize, code: &str) -> String {
    let done = sign(table);
    assert_eq!((done.exit, done.out.lines().count()), (Some(2), rows), "{done:?}");
    let message = done.err.strip_prefix(&format!("personsig: {code}: "));
    message.unwrap_or_else(|| panic!("expected {code}, got {}", done.err)).to_owned()
}

#[test]
fn a_column_is_appended() {
    let table = "name,id\nAda,123456\nBob,654321\n";
    let done = sign(table);
    let lines: Vec<_> = done.out.lines().collect();
    assert_eq!((done.exit, lines[0], lines[1]), (Some(0), "name,id,signature", &*format!("Ada,123456,{PLAIN}")));
    assert!(lines[2].starts_with("Bob,654321,"), "{}", lines[2]);
}

#[test]
fn a_table_is_read_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.csv");
    fs::write(&path, "id\n123456\n").unwrap();
    let call = line(&format!("sign --provider chameleon --now {TIME} --csv {} --column id", path.display()));
    call.run().says(&format!("id,signature\n123456,{TIMESTAMPED}\n"));
}

#[test]
fn quotes_stay_where_they_are_needed() {
    let table = "id,note\n123456,\"a, \"\"b\"\"\nc\"\n";
    sign(table).says(&format!("id,note,signature\n123456,\"a, \"\"b\"\"\nc\",{PLAIN}\n"));
}

#[test]
fn bytes_of_other_columns_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("latin-1.csv");
    fs::write(&path, b"id,name\n123456,Ren\xe9\n").unwrap();
    let output = folder.path().join("signed.csv");
    let arguments = format!("--csv {} --column id --output {}", path.display(), output.display());
    line(&format!("sign --provider gosquared {arguments}")).run().says("");
    let expected = [b"id,name,signature\n123456,Ren\xe9,", PLAIN.as_bytes(), b"\n"].concat();
    assert_eq!(fs::read(output).unwrap(), expected);
}

#[test]
fn line_ends_stay_as_they_are() {
    sign("id,a\r\n123456,b\r\n").says(&format!("id,a,signature\r\n123456,b,{PLAIN}\r\n"));
    sign("id\r\n123456\r\n").says(&format!("id,signature\r\n123456,{PLAIN}\r\n"));
    sign("id\n123456\n").says(&format!("id,signature\n123456,{PLAIN}\n"));
}

#[test]
fn a_byte_order_mark_stays_in_front() {
    sign("\u{feff}id\n123456\n").says(&format!("\u{feff}id,signature\n123456,{PLAIN}\n"));
}

#[test]
fn a_table_of_a_header_alone_is_whole() {
    sign("id").says("id,signature\n");
}

#[test]
fn the_last_line_needs_no_end() {
    sign("id\n123456").says(&format!("id,signature\n123456,{PLAIN}\n"));
}

#[test]
fn an_empty_table_has_no_such_column() {
    refused("", 0, "bad-table");
}

#[test]
fn a_missing_column_is_refused() {
    let message = refused("name,user\n1,2\n", 0, "bad-table");
    assert!(message.starts_with("line 1: the table has no column of the name that you gave"), "{message}");
}

#[test]
fn a_column_that_is_there_but_for_white_space_or_case_is_named() {
    for header in ["a,ID", "a, id", "a,\"id \"", "a,\u{a0}Id", "a,id\t"] {
        let message = refused(&format!("{header}\n1,2\n"), 0, "bad-table");
        assert!(message.starts_with("line 1, column 2: this column has the name that you gave but for"), "{message}");
    }
}

#[test]
fn what_is_no_comma_separated_table_is_named() {
    let named = [
        (&b"id;name\n1;a\n"[..], "semicolons"),
        (b"id\tname\n1\ta\n", "tabs"),
        (b"id|name\n1|a\n", "vertical bars"),
        (b"sep=;\nid;name\n", "a note to Excel"),
        (b"sep=,\nid,name\n", "a note to Excel"),
        (b"\xff\xfei\0d\0\n\0", "UTF-16"),
        (b"\xfe\xff\0i\0d\0\n", "UTF-16"),
        (b"PK\x03\x04\x14\0", "zip archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "Excel workbook"),
        (b"\x1f\x8b\x08\0", "gzip"),
    ];
    for (table, what) in named {
        let done = sign(table);
        assert_eq!((done.exit, &*done.out), (Some(2), ""), "{what}");
        assert!(done.err.contains("bad-table") && done.err.contains(what), "{what}: {}", done.err);
    }
}

#[test]
fn a_bare_carriage_return_outside_quotes_is_refused_with_its_line() {
    let tables = [
        ("id\n\r42\n", 2),
        ("id\nab\rcd\n", 2),
        ("id\r1\r\r2\r", 1),
        ("id\n1\n2\r", 3),
        ("id\n1\n\r\r\n", 3),
        ("a,id\n\"x\"\r,1\n", 2),
        ("a,id\r\n1,2\r\n3,\r4\r\n", 3),
    ];
    for (table, line) in tables {
        let done = sign(table);
        assert_eq!(done.exit, Some(2), "{table:?}: {done:?}");
        let expected = format!("line {line}: a carriage return (U+000D)");
        assert!(done.err.contains(&expected), "{table:?}: {}", done.err);
        assert!(!done.out.contains("ab") && !done.out.contains("42,"), "{table:?}: {}", done.out);
    }
}

#[test]
fn a_carriage_return_within_quotes_is_part_of_the_field() {
    sign("id,a\n123456,\"x\ry\"\n").says(&format!("id,a,signature\n123456,\"x\ry\",{PLAIN}\n"));
    // In the id it is a control character like any other.
    refused("id,a\n\"1\r\",x\n", 1, "control-character");
}

#[test]
fn a_cell_that_is_no_id_of_any_table_is_refused_with_line_and_column() {
    let cells = [
        "1.23E+15",
        "-1.2E-07",
        "1E+15",
        "'42",
        "\"=\"\"42\"\"\"",
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
        "42\u{a0}",
        "\u{200b}42",
        "42\u{2060}",
        "\u{feff}42",
        " \"42\"",
        "\u{3000}42",
    ];
    for cell in cells {
        let message = refused(&format!("a,id\nx,1\ny,{cell}\nz,2\n"), 2, "bad-table");
        assert!(message.starts_with("line 3, column 2: the id "), "{cell}: {message}");
        assert!(!message.contains("42") && !message.contains("1.2"), "an echo: {message}");
    }
}

#[test]
fn the_header_once_more_is_refused() {
    let message = refused("a,id\nx,1\na,id\nz,2\n", 2, "bad-table");
    assert!(message.starts_with("line 3: the row is the header once more"), "{message}");
    // In one column it may be somebody's id.
    assert_eq!(sign("id\nid\n").exit, Some(0));
}

#[test]
fn what_looks_odd_and_is_an_id_is_signed() {
    for cell in
        ["1e5", "1.5E5", "12E+15", "E+10", "'ada", "null-user", "#42", "a b", "=42", "x\"y", "nil", "true", "-", "0"]
    {
        let done = sign(format!("a,id\nx,{cell}\n"));
        assert_eq!((done.exit, done.out.lines().count()), (Some(0), 2), "{cell}: {done:?}");
    }
}

#[test]
fn two_columns_of_that_name_are_refused() {
    let message = refused("id,id\n1,2\n", 0, "bad-table");
    assert!(message.starts_with("line 1: the table has two columns"), "{message}");
}

#[test]
fn a_table_that_is_signed_already_is_refused() {
    let message = refused("id,signature\n1,2\n", 0, "bad-table");
    assert!(message.starts_with("line 1: the table has a column 'signature' already"), "{message}");
}

#[test]
fn a_bad_id_is_named_by_line_and_column_behind_whole_rows() {
    for table in ["a,id\n1,2\n3,\n4,5\n", "a,id\r\n1,2\r\n3,\r\n4,5\r\n"] {
        let message = refused(table, 2, "empty-user-id");
        assert!(message.starts_with("line 3, column 2: the user id is empty"), "{message}");
    }
}

#[test]
fn wherever_a_bad_row_stands_all_before_it_are_given_out() {
    for bad in 0..40 {
        let table = |row: &str| format!("id\n{}{row}\n{}", "1\n".repeat(bad), "2\n".repeat(20));
        let message = refused(&table("\"\""), 1 + bad, "empty-user-id");
        assert!(message.starts_with(&format!("line {}, column 1: the user id is empty", bad + 2)), "{message}");
        refused(&table(""), 1 + bad, "empty-user-id");
        refused(&table("1,2"), 1 + bad, "bad-table");
        refused(&table("\"1\"2"), 1 + bad, "bad-table");
    }
}

#[test]
fn lines_are_counted_through_quotes_and_empty_lines() {
    for table in ["a,id\n\n\"1\n1\",2\n3,\n", "a,id\r\n\r\n\"1\r\n1\",2\r\n3,\r\n"] {
        let message = refused(table, 3, "empty-user-id");
        assert!(message.starts_with("line 5, column 2: "), "{message}");
    }
}

#[test]
fn a_row_over_several_lines_is_named_by_its_first() {
    let message = refused("a,id\n1,2\n\"3\n3\",\"4\n4\"\n5,6\n", 2, "control-character");
    assert!(message.starts_with("line 3, column 2: the user id has a control character (U+000A"), "{message}");
}

#[test]
fn a_ragged_row_is_refused() {
    for row in ["3", "3,4,5"] {
        let message = refused(&format!("a,id\n1,2\n{row}\n6,7\n"), 2, "bad-table");
        assert!(message.starts_with("line 3: the row does not have as many fields"), "{message}");
    }
}

#[test]
fn a_quote_that_is_never_closed_does_not_swallow_rows() {
    for table in ["id,a\n1,2\n3,\"4\n5,6\n", "id,a\n1,2\n3,\"4\n5,6"] {
        let message = refused(table, 2, "bad-table");
        assert!(message.starts_with("line 3: a quote opens a field here and does not close it"), "{message}");
    }
}

#[test]
fn a_second_stray_quote_does_not_hide_the_first() {
    let message = refused("id,a\n1,2\n3,\"4\n5,\"6\"\n7,8\n", 2, "bad-table");
    assert!(message.starts_with("line 3: a quote opens a field here and does not close it"), "{message}");
}

#[test]
fn a_quote_inside_a_bare_field_is_a_character() {
    sign("id,a\n123456,6\" nail\n").says(&format!("id,a,signature\n123456,\"6\"\" nail\",{PLAIN}\n"));
}

#[test]
fn a_blank_line_in_a_table_of_one_column_is_an_empty_id() {
    let message = refused("id\n1\n\n2\n", 2, "empty-user-id");
    assert!(message.starts_with("line 3, column 1: "), "{message}");
    sign("id\n123456\n\n").says(&format!("id,signature\n123456,{PLAIN}\n"));
}

#[test]
fn json_errors_are_objects_beside_the_rows() {
    let done = line("sign --provider gosquared --json --csv - --column id").stdin("id\n123456\n\"a\tb\"\n").run();
    assert_eq!((done.exit, done.out), (Some(2), format!("id,signature\n123456,{PLAIN}\n")));
    let error: serde_json::Value = serde_json::from_str(&done.err).unwrap();
    let place = (&error["error"], &error["line"], &error["column"]);
    assert_eq!(place, (&"control-character".into(), &3.into(), &1.into()));
}

#[test]
fn a_table_that_cannot_be_read_is_exit_code_3() {
    let message = line("sign --provider gosquared --csv /nonexistent --column id").run().fails(3, "input-output");
    assert!(message.starts_with("cannot read the table: "), "{message}");
    let message = line("sign --provider gosquared --csv / --column id").run().fails(3, "input-output");
    assert!(message.starts_with("cannot read the table: "), "{message}");
}

/// 200,000 rows, 60 MB, through a process that may have 32 MB of address space, its own code included.
#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_table() {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -v 32768 && exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_personsig")]);
    command.args(["sign", "--provider", "gosquared", "--csv", "-", "--column", "id"]);
    command.env("GOSQUARED_SECURE_MODE_SECRET", SECRET).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut process = command.spawn().unwrap();
    let mut table = BufWriter::new(process.stdin.take().unwrap());
    let writer = thread::spawn(move || {
        let filler = "x".repeat(300);
        table.write_all(b"id,filler\n").unwrap();
        (0..200_000).for_each(|id| writeln!(table, "{id},{filler}").unwrap());
    });
    let (mut out, mut rows, mut chunk) = (process.stdout.take().unwrap(), 0, vec![0; 1 << 16]);
    loop {
        match out.read(&mut chunk).unwrap() {
            0 => break,
            length => rows += chunk[..length].iter().filter(|byte| **byte == b'\n').count(),
        }
    }
    writer.join().unwrap();
    assert!(process.wait().unwrap().success());
    assert_eq!(rows, 200_001);
}

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
    done.told(code)
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

/// Quotes that nobody needs, blank lines, both line ends in one table, a last line without an end.
#[test]
fn every_byte_but_the_columns_is_written_as_it_was_read() {
    let table = "\u{feff}\n\"id\",note\r\n\n\"123456\",\"plain\"\n\r\n123456,\"\r\n\"\"\r\"\r\n123456, 6\" ";
    let done = sign(table);
    assert_eq!((done.exit, done.err.as_str()), (Some(0), ""));
    assert_eq!(done.out.matches(&format!(",{PLAIN}")).count(), 3);
    assert_eq!(done.out.replace(&format!(",{PLAIN}"), "").replacen(",signature", "", 1), table);
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
    sign("id").says("id,signature");
}

#[test]
fn the_last_line_needs_no_end() {
    sign("id\n123456").says(&format!("id,signature\n123456,{PLAIN}"));
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
        let message = refused(table, 4, "empty-user-id");
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
    sign("id,a\n123456,6\" nail\n").says(&format!("id,a,signature\n123456,6\" nail,{PLAIN}\n"));
}

#[test]
fn a_blank_line_in_a_table_of_one_column_is_an_empty_id() {
    let message = refused("id\n1\n\n2\n", 2, "empty-user-id");
    assert!(message.starts_with("line 3, column 1: "), "{message}");
    sign("id\n123456\n\n").says(&format!("id,signature\n123456,{PLAIN}\n\n"));
}

#[test]
fn json_errors_are_objects_beside_the_rows() {
    let done = line("sign --provider gosquared --json --csv - --column id").stdin("id\n123456\n\"a\tb\"\n").run();
    assert_eq!((done.exit, done.out), (Some(2), format!("id,signature\n123456,{PLAIN}\n")));
    let error: serde_json::Value = serde_json::from_str(&done.err).unwrap();
    let place = (&error["error"], &error["line"], &error["column"]);
    assert_eq!(place, (&"control-character".into(), &3.into(), &1.into()));
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

#[test]
fn a_bare_cr_is_refused_wherever_it_stands() {
    for (table, rows, line) in [
        ("id\n\r42\n", 1, 2),
        ("id\nab\rcd\n", 1, 2),
        ("id\r1\r\r2\r", 0, 1),
        ("id\n1\r", 1, 2),
        ("id,a\n1,b\n2,\"b\"\rc\n", 2, 3),
        ("id\n1\r\r\n", 1, 2),
    ] {
        let message = refused(table, rows, "bad-table");
        assert!(message.starts_with(&format!("line {line}: a carriage return (CR)")), "{table:?}: {message}");
    }
}

/// 300 MB in one line, through a process that may have 800 MB.
#[cfg(target_os = "linux")]
#[test]
fn a_line_without_an_end_is_an_error() {
    for (arguments, code) in
        [("--stdin", "2 bad-table"), ("--csv - --column id", "2 bad-table"), ("-", "3 input-output")]
    {
        let script = format!(
            "ulimit -v 800000; head -c 300000000 /dev/zero | tr '\\0' 1 | \"$0\" sign --provider gosquared {arguments}; echo $?"
        );
        let mut command = Command::new("sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_personsig")]).env("GOSQUARED_SECURE_MODE_SECRET", SECRET);
        let output = command.output().unwrap();
        let (exit, name) = code.split_once(' ').unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), exit, "{arguments}: {said}");
        assert!(said.contains(&format!("error[{name}]: ")), "{arguments}: {said}");
    }
}

/// 60 MB of separators, through a process that may have 200 MB.
#[cfg(target_os = "linux")]
#[test]
fn a_row_of_separators_takes_no_more_memory_than_another() {
    for (before, said) in [
        ("id\\n", "line 2: the row does not have as many fields as the first one: 60000001, not 1"),
        ("", "line 1: the table has more than 65,536 columns"),
    ] {
        let table = format!("(printf '{before}'; head -c 60000000 /dev/zero | tr '\\0' ,)");
        let script = format!(
            "ulimit -v 200000; {table} | \"$0\" sign --provider gosquared --csv - --column id >/dev/null; echo $?"
        );
        let mut command = Command::new("sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_personsig")]).env("GOSQUARED_SECURE_MODE_SECRET", SECRET);
        let output = command.output().unwrap();
        let (exit, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(exit.trim() == "2" && told.contains(&format!("error[bad-table]: {said}")), "{exit}{told}");
    }
}

#[test]
fn a_table_may_have_65536_columns() {
    let columns = |count: usize| format!("id{}\n1{}\n", ",".repeat(count - 1), ",".repeat(count - 1));
    assert_eq!(sign(columns(1 << 16)).exit, Some(0));
    assert_eq!(sign(columns((1 << 16) + 1)).exit, Some(2));
}

/// Where there is no memory for what would be allowed, too.
#[cfg(target_os = "linux")]
#[test]
fn a_lack_of_memory_is_an_error() {
    for arguments in ["--stdin", "--csv - --column id", "-"] {
        let script = format!(
            "ulimit -v 64000; head -c 100000000 /dev/zero | tr '\\0' 1 | \"$0\" sign --provider gosquared {arguments}; echo $?"
        );
        let mut command = Command::new("sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_personsig")]).env("GOSQUARED_SECURE_MODE_SECRET", SECRET);
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), "3", "{arguments}: {said}");
        assert!(said.contains("error[input-output]: "), "{arguments}: {said}");
    }
}

/// A field of 100 MB fits, and what it says, without its quotation marks, does not.
#[cfg(target_os = "linux")]
#[test]
fn a_lack_of_memory_behind_the_row_is_an_error() {
    for before in ["id\\n", ""] {
        let table = format!("(printf '{before}\"'; head -c 100000000 /dev/zero | tr '\\0' '\"'; printf '\"\\n')");
        let script =
            format!("ulimit -v 160000; {table} | \"$0\" sign --provider gosquared --csv - --column id; echo $?");
        let mut command = Command::new("sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_personsig")]).env("GOSQUARED_SECURE_MODE_SECRET", SECRET);
        let output = command.output().unwrap();
        let (out, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(out.trim_end().ends_with('3'), "{before}: {out}{said}");
        assert!(said.contains("error[input-output]: the system has no memory left"), "{before}: {said}");
    }
}

//! `personsig sign`: one id and many.

use std::env;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;

use crate::call::{PLAIN, SECRET, TIME, line, personsig};

#[test]
fn without_now_the_clock_is_read() {
    let clock = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let before = clock();
    let done = line("sign --provider chameleon 123456").run();
    let signed_at = done.out.trim_end().split_once('-').unwrap().1.parse().unwrap();
    assert!((before..=clock()).contains(&signed_at));
}

#[test]
fn a_dash_reads_the_id_and_drops_one_line_end() {
    for given in ["123456", "123456\n", "123456\r\n"] {
        line("sign --provider gosquared -").stdin(given).run().says(&format!("{PLAIN}\n"));
    }
}

#[test]
fn a_second_line_end_is_part_of_the_id() {
    let message = line("sign --provider gosquared -").stdin("123456\n\n").run().fails(2, "control-character");
    assert!(message.contains("U+000A at character 7"), "{message}");
}

#[test]
fn an_id_may_begin_with_a_dash_behind_two() {
    let as_argument = line("sign --provider gosquared -- -5").run();
    let as_input = line("sign --provider gosquared -").stdin("-5").run();
    assert_eq!((as_argument.exit, as_argument.out), (Some(0), as_input.out));
}

#[test]
fn an_id_that_is_not_utf8_is_refused() {
    let arguments = ["sign", "--provider", "gosquared"].map(OsStr::new).into_iter();
    let message = personsig(arguments.chain([OsStr::from_bytes(b"ab\xff")])).run().fails(2, "invalid-text");
    assert!(message.contains("at character 3"), "{message}");
}

#[test]
fn nul_is_a_control_character() {
    let message = line("sign --provider gosquared -").stdin("ab\0cd").run().fails(2, "control-character");
    assert!(message.contains("U+0000 at character 3"), "{message}");
}

#[test]
fn an_id_of_a_megabyte_is_signed() {
    let id = "ä".repeat(1 << 19);
    let one = line("sign --provider gosquared -").stdin(id.as_str()).run();
    let of_many = line("sign --provider gosquared --stdin").stdin(format!("{id}\n{id}")).run();
    assert_eq!((one.exit, one.out.len()), (Some(0), 65));
    of_many.says(&one.out.repeat(2));
}

#[test]
fn each_line_is_signed() {
    let given = "123456\r\n654321\n123456";
    let done = line("sign --provider gosquared --stdin").stdin(given).run();
    let lines: Vec<_> = done.out.lines().collect();
    assert_eq!((done.exit, lines.len(), lines[0], lines[2]), (Some(0), 3, PLAIN, PLAIN));
    assert_ne!(lines[1], PLAIN);
}

#[test]
fn a_byte_order_mark_before_the_lines_is_dropped_and_before_an_id_is_not() {
    line("sign --provider gosquared --stdin").stdin("\u{feff}123456\n").run().says(&format!("{PLAIN}\n"));
    let marked = line("sign --provider gosquared -").stdin("\u{feff}123456\n").run();
    assert_eq!(marked.exit, Some(0));
    assert_ne!(marked.out, format!("{PLAIN}\n"));
}

#[test]
fn a_line_is_exact_but_for_its_end() {
    for id in ["NULL", " 42", "42\u{a0}", "'42", "1E+15"] {
        let lines = line("sign --provider gosquared --stdin").stdin(format!("{id}\r\n")).run();
        let alone = line("sign --provider gosquared -").stdin(id).run();
        assert_eq!((lines.exit, lines.out), (Some(0), alone.out), "{id}");
    }
    line("sign --provider gosquared --stdin").stdin(b"\xff\xfe1\0".as_slice()).run().fails(2, "bad-table");
}

#[test]
fn no_lines_give_no_signatures() {
    line("sign --provider gosquared --stdin").run().says("");
}

#[test]
fn a_bad_line_is_named_behind_the_signatures_before_it() {
    let done = line("sign --provider gosquared --stdin").stdin("123456\n\n123456\n").run();
    assert_eq!((done.exit, &*done.out), (Some(2), &*format!("{PLAIN}\n")));
    assert!(done.told("empty-user-id").starts_with("line 2: the user id is empty"), "{}", done.err);
}

#[test]
fn a_bad_time_is_no_lines_fault() {
    let call = line("sign --provider gosquared --now 1596165824000 --stdin").stdin("123456\n");
    let message = call.run().fails(2, "timestamp-in-milliseconds");
    assert!(message.starts_with("now "), "{message}");
}

#[test]
fn a_line_is_answered_before_the_next_is_given() {
    let mut process = line("sign --provider gosquared --stdin").command.spawn().unwrap();
    let (mut ids, signatures) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
    let (answer, answers) = mpsc::channel();
    thread::spawn(move || BufReader::new(signatures).lines().for_each(|line| answer.send(line.unwrap()).unwrap()));
    for _ in 0..2 {
        ids.write_all(b"123456\n").unwrap();
        assert_eq!(answers.recv_timeout(Duration::from_secs(10)).as_deref(), Ok(PLAIN));
    }
    drop(ids);
    assert!(process.wait().unwrap().success());
}

#[test]
fn one_call_has_one_time() {
    let mut process = line("sign --provider chameleon --stdin").command.spawn().unwrap();
    let mut ids = process.stdin.take().unwrap();
    ids.write_all(b"123456\n").unwrap();
    thread::sleep(Duration::from_millis(1100));
    ids.write_all(b"123456\n").unwrap();
    drop(ids);
    let out = String::from_utf8(process.wait_with_output().unwrap().stdout).unwrap();
    let (first, second) = out.trim_end().split_once('\n').unwrap();
    assert_eq!(first, second);
}

#[test]
fn a_time_beyond_64_bits_is_out_of_range() {
    for now in ["99999999999999999999999", "-99999999999999999999999", "-1", "100000000000"] {
        personsig(["sign", "--provider", "chameleon", "--now", now, "x"]).run().fails(2, "timestamp-out-of-range");
    }
}

#[test]
fn a_time_is_decimal_digits() {
    for now in ["", "soon", "1.5", "+5", "0x10", " 5", "5 ", "1_000", "٣", "--5"] {
        let message = personsig(["sign", "--provider", "chameleon", "--now", now, "x"]).run().fails(2, "wrong-use");
        assert!(message.starts_with("--now is not a whole number"), "{message}");
    }
}

#[test]
fn json_is_an_object_an_id() {
    let one = line("sign --provider gosquared --json 123456").run();
    assert_eq!((one.exit, one.json()), (Some(0), json!({"signature": PLAIN})));
    let many = line("sign --provider gosquared --json --stdin").stdin("123456\n123456\n").run();
    many.says(&one.out.repeat(2));
}

#[test]
fn json_errors_are_objects_beside_the_results() {
    let done = line("sign --provider gosquared --json --stdin").stdin("123456\na\tb\n").run();
    let error: serde_json::Value = serde_json::from_str(done.out.lines().nth(1).unwrap()).unwrap();
    assert_eq!((done.exit, done.err.as_str()), (Some(2), ""));
    assert_eq!((&error["error"], &error["line"]), (&json!("control-character"), &json!(2)));
    assert!(error["message"].as_str().unwrap().starts_with("line 2: the user id has a control character"));
}

#[test]
fn json_errors_name_the_fallback() {
    let done =
        line("sign --provider gosquared --secret-file - --fallback-secret-file /dev/null --json x").stdin("k").run();
    assert_eq!((done.exit, &done.json()["index"]), (Some(2), &json!(0)));
}

/// 100,000 ids of 1 to 300 bytes, from all of Unicode but surrogates and controls, judged by Python's hmac.
#[test]
fn many_random_ids_agree_with_pythons_hmac() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let seed = env::var("PERSONSIG_SEED").ok().map_or(now, |seed| seed.parse().expect("PERSONSIG_SEED is a number"));
    println!("PERSONSIG_SEED={seed}");
    let mut state = seed;
    let mut random = |below: u64| {
        // SplitMix64
        state = state.wrapping_add(0x9e3779b97f4a7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58476d1ce4e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d049bb133111eb);
        (mixed ^ (mixed >> 31)) % below
    };
    let mut ids = String::new();
    for _ in 0..100_000 {
        let length = 1 + random(300) as usize;
        let start = ids.len();
        while ids.len() - start < length {
            // Short code points are as likely as long ones, so that every length of UTF-8 occurs.
            let below = [0x80, 0x800, 0x10000, 0x110000][random(4) as usize];
            let room = length - (ids.len() - start);
            let next = char::from_u32(random(below) as u32).filter(|c| !c.is_ascii_control() && c.len_utf8() <= room);
            ids.extend(next);
        }
        ids.push('\n');
    }
    for (provider, suffix) in [("gosquared", String::new()), ("chameleon", format!("-{TIME}"))] {
        let ours = line(&format!("sign --provider {provider} --now {TIME} --stdin")).stdin(ids.as_str()).run();
        assert!(ours.out == judged(&ids, &suffix), "{provider}");
    }
}

/// What Python's hmac says, line for line.
fn judged(ids: &str, suffix: &str) -> String {
    let mut program = String::from("import hmac, sys\n");
    writeln!(program, "key, suffix = b'{SECRET}', b'{suffix}'").unwrap();
    program += "for id in sys.stdin.buffer.read().split(b'\\n')[:-1]:\n";
    program += "    print(hmac.new(key, id + suffix, 'sha256').hexdigest() + suffix.decode())\n";
    let python = env::var_os("PYTHON").unwrap_or("python3".into());
    let mut command = Command::new(python);
    let mut process =
        command.args(["-c", &program]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python3");
    // It reads everything before it prints, so that nobody waits for the other.
    process.stdin.take().unwrap().write_all(ids.as_bytes()).unwrap();
    String::from_utf8(process.wait_with_output().unwrap().stdout).unwrap()
}

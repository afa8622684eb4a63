//! Where an answer goes: full disks, closed pipes, and files that appear whole or not at all.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::call::{Call, PLAIN, SECRET, line, personsig};

const TABLE: &str = "id\n123456\n";

fn signed() -> String {
    format!("id,signature\n123456,{PLAIN}\n")
}

fn full() -> File {
    OpenOptions::new().write(true).open("/dev/full").unwrap()
}

fn to_file(path: &Path) -> Call {
    let arguments = ["sign", "--provider", "gosquared", "--csv", "-", "--column", "id", "--output"];
    personsig(arguments.map(AsRef::as_ref).into_iter().chain([path.as_os_str()]))
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_full_disk_is_exit_code_3() {
    let verify = format!("verify --provider gosquared 123456 {PLAIN}");
    for arguments in ["--help", "--version", "sign --help", "providers", "sign --provider gosquared x", &verify] {
        let message = line(arguments).stdout(full()).run().fails(3, "input-output");
        assert!(message.starts_with("cannot write the output: No space left"), "{arguments}: {message}");
    }
}

/// 100,000 rows, where a file may have 1 MB at most (`ulimit -f` counts 512 bytes).
#[test]
fn a_file_that_may_not_grow_is_exit_code_3() {
    for output in ["--output \"$1\"", "> \"$1\""] {
        let folder = tempfile::tempdir().unwrap();
        let script = format!(
            "ulimit -f 2000; ulimit -c 0; \"$0\" sign --provider gosquared --csv - --column id {output}; exit $?"
        );
        let mut call = line("").stdin(format!("id\n{}", "1\n".repeat(100_000)));
        let mut command = Command::new("sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_personsig")]).arg(folder.path().join("signed.csv"));
        command.env("GOSQUARED_SECURE_MODE_SECRET", SECRET);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        call.command = command;
        let message = call.run().fails(3, "input-output");
        assert!(message.contains("File too large"), "{output}: {message}");
    }
}

#[test]
fn a_full_disk_behind_a_bad_row_is_exit_code_3() {
    let call = line("sign --provider gosquared --csv - --column id").stdin("id\n1\n\n\"\"\n");
    call.stdout(full()).run().fails(3, "input-output");
}

#[test]
fn an_object_that_could_not_be_written_is_exit_code_3() {
    let call = line(&format!("verify --provider gosquared --json 654321 {PLAIN}"));
    call.stdout(full()).run().fails(3, "input-output");
}

#[test]
fn a_full_disk_for_messages_does_not_change_the_exit_code() {
    assert_eq!(line("sign").stderr(full()).run().exit, Some(2));
    assert_eq!(line(&format!("verify --provider gosquared 654321 {PLAIN}")).stderr(full()).run().exit, Some(1));
}

#[test]
fn a_closed_pipe_ends_quietly() {
    for source in ["--stdin", "--csv - --column 1"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let call = line(&format!("sign --provider gosquared {source}")).stdin("1\n".repeat(100_000));
        let done = call.stdout(writer).run();
        assert_eq!((done.exit, done.err.as_str()), (Some(3), ""), "{source}");
    }
}

#[test]
fn closed_streams_do_no_harm() {
    for closed in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"] {
        let script = format!("\"$0\" sign --provider gosquared {closed}; exit $?");
        let mut command = Command::new("sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_personsig")]).stderr(Stdio::null());
        assert_eq!(command.status().unwrap().code(), Some(2), "{closed}");
    }
}

/// To Rust's runtime a closed stream is /dev/null.
#[test]
fn what_goes_to_a_closed_stream_is_lost() {
    let mut command = Command::new("sh");
    command.args(["-c", "\"$0\" sign --provider gosquared 1 >&-", env!("CARGO_BIN_EXE_personsig")]);
    let done = command.env("GOSQUARED_SECURE_MODE_SECRET", SECRET).output().unwrap();
    assert_eq!((done.status.code(), done.stdout, done.stderr), (Some(0), vec![], vec![]));
}

#[test]
fn other_hard_links_keep_the_old_content() {
    let folder = tempfile::tempdir().unwrap();
    let (path, other) = (folder.path().join("signed.csv"), folder.path().join("other.csv"));
    fs::write(&path, "older").unwrap();
    fs::hard_link(&path, &other).unwrap();
    to_file(&path).stdin(TABLE).run().says("");
    assert_eq!(
        (fs::read_to_string(&path).unwrap(), fs::read_to_string(&other).unwrap()),
        (signed(), "older".to_owned())
    );
}

#[test]
fn a_new_file_has_the_permissions_of_the_users_mask() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signed.csv");
    let mut command = Command::new("sh");
    let script =
        "umask 027; printf 'id\\n123456\\n' | \"$0\" sign --provider gosquared --csv - --column id --output \"$1\"";
    command.args(["-c", script, env!("CARGO_BIN_EXE_personsig")]).arg(&path);
    assert!(command.env("GOSQUARED_SECURE_MODE_SECRET", SECRET).status().unwrap().success());
    assert_eq!((fs::read_to_string(&path).unwrap(), mode(&path)), (signed(), 0o640));
    assert_eq!(names(folder.path()), ["signed.csv"]);
}

#[test]
fn a_file_that_was_there_is_replaced_and_keeps_its_permissions() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signed.csv");
    fs::write(&path, "older").unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    to_file(&path).stdin(TABLE).run().says("");
    assert_eq!((fs::read_to_string(&path).unwrap(), mode(&path)), (signed(), 0o600));
    assert_eq!(names(folder.path()), ["signed.csv"]);
}

#[test]
fn a_table_can_be_signed_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.csv");
    fs::write(&path, TABLE).unwrap();
    let path_text = path.display();
    line(&format!("sign --provider gosquared --csv {path_text} --column id --output {path_text}")).run().says("");
    assert_eq!(fs::read_to_string(&path).unwrap(), signed());
}

#[test]
fn a_name_without_a_folder_is_in_this_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut call = to_file(Path::new("signed.csv")).stdin(TABLE);
    call.command.current_dir(folder.path());
    call.run().says("");
    assert_eq!(fs::read_to_string(folder.path().join("signed.csv")).unwrap(), signed());
}

#[test]
fn a_link_stays_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let (path, link) = (folder.path().join("signed.csv"), folder.path().join("link.csv"));
    fs::write(&path, "older").unwrap();
    symlink("signed.csv", &link).unwrap();
    to_file(&link).stdin(TABLE).run().says("");
    assert_eq!(fs::read_to_string(&path).unwrap(), signed());
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[test]
fn what_is_no_plain_file_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    let _socket = UnixListener::bind(&path).unwrap();
    let message = to_file(&path).stdin(TABLE).run().fails(3, "input-output");
    assert!(message.contains("it is not a regular file"), "{message}");
    assert!(!fs::metadata(&path).unwrap().is_file());
}

#[test]
fn a_folder_that_is_not_there_is_exit_code_3() {
    let folder = tempfile::tempdir().unwrap();
    to_file(&folder.path().join("none/signed.csv")).stdin(TABLE).run().fails(3, "input-output");
}

#[test]
fn a_bad_row_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let message =
        to_file(&folder.path().join("signed.csv")).stdin("id\n123456\n\"\"\n").run().fails(2, "empty-user-id");
    assert!(message.starts_with("line 3, column 1: "), "{message}");
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_bad_row_leaves_the_older_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signed.csv");
    fs::write(&path, "older").unwrap();
    to_file(&path).stdin("id\n123456\n\"\"\n").run().fails(2, "empty-user-id");
    assert_eq!((names(folder.path()).len(), fs::read_to_string(&path).unwrap()), (1, "older".to_owned()));
}

/// In memory, where Linux always has files without a name.
#[cfg(target_os = "linux")]
#[test]
fn a_killed_call_leaves_the_folder_as_it_was() {
    let folder = tempfile::tempdir_in("/dev/shm").unwrap();
    let path = folder.path().join("signed.csv");
    fs::write(&path, "older").unwrap();
    let mut process = to_file(&path).command.spawn().unwrap();
    let mut table = process.stdin.take().unwrap();
    table.write_all("id\n".repeat(100_000).as_bytes()).unwrap();
    // The rows beyond what a pipe holds were read, so the file is open and has content.
    process.kill().unwrap();
    process.wait().unwrap();
    assert_eq!(
        (names(folder.path()), fs::read_to_string(&path).unwrap()),
        (vec!["signed.csv".to_owned()], "older".to_owned())
    );
}

#[test]
fn a_read_only_file_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signed.csv");
    fs::write(&path, "older").unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o444)).unwrap();
    let message = to_file(&path).stdin(TABLE).run().fails(3, "input-output");
    assert!(message.contains("the file is read-only"), "{message}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "older");
}

/// A user who may not write a file may write its folder, so that the file could be replaced.
#[test]
fn a_file_that_the_user_may_not_write_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signed.csv");
    fs::write(&path, "older").unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).unwrap();
    // Its owner's permission counts, not the group's; root, who may do everything, becomes nobody.
    fs::set_permissions(&path, Permissions::from_mode(0o060)).unwrap();
    let python = std::env::var_os("PYTHON").unwrap_or("python3".into());
    let mut command = Command::new(python);
    let as_nobody = "
import os, sys
program = os.open(sys.argv[1], os.O_RDONLY)
os.set_inheritable(program, True)
if os.getuid() == 0:
    os.setgroups([]), os.setgid(65534), os.setuid(65534)
os.execve(program, sys.argv[1:], os.environ)
";
    command.args(["-c", as_nobody, env!("CARGO_BIN_EXE_personsig"), "sign", "--provider", "gosquared"]);
    command.args(["--csv", "-", "--column", "id", "--output"]).arg(&path);
    command.env("GOSQUARED_SECURE_MODE_SECRET", SECRET);
    let mut call = line("").stdin(TABLE);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    call.command = command;
    let message = call.run().fails(3, "input-output");
    assert!(message.contains("Permission denied"), "{message}");
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    assert_eq!((names(folder.path()).len(), fs::read_to_string(&path).unwrap()), (1, "older".to_owned()));
}

/// acl(5): the group's permission is in the list, and the mode shows the mask in its place.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_was_there_keeps_its_access_control_list() {
    use rustix::fs::{XattrFlags, getxattr, setxattr};

    const ACCESS: &str = "system.posix_acl_access";
    let list = |entries: &[(u16, u16, u32)]| {
        let entry = |(tag, permissions, id): &(u16, u16, u32)| {
            [&tag.to_le_bytes()[..], &permissions.to_le_bytes(), &id.to_le_bytes()].concat()
        };
        [2_u32.to_le_bytes().to_vec(), entries.iter().flat_map(entry).collect()].concat()
    };
    let nobody = u32::MAX;
    // The owner reads and writes, a user reads, the group has nothing.
    let given = list(&[(1, 6, nobody), (2, 4, 65534), (4, 0, nobody), (16, 4, nobody), (32, 0, nobody)]);
    let folder = tempfile::tempdir().unwrap();
    let (path, plain) = (folder.path().join("signed.csv"), folder.path().join("plain.csv"));
    for path in [&path, &plain] {
        fs::write(path, "older").unwrap();
        fs::set_permissions(path, Permissions::from_mode(0o640)).unwrap();
    }
    // Some file systems have no such lists.
    if setxattr(&path, ACCESS, &given, XattrFlags::empty()).is_err() {
        return;
    }
    // New files in the folder get this one, by which the user writes too.
    let default = list(&[(1, 6, nobody), (2, 6, 65534), (4, 0, nobody), (16, 6, nobody), (32, 0, nobody)]);
    setxattr(folder.path(), "system.posix_acl_default", &default, XattrFlags::empty()).unwrap();
    to_file(&path).stdin(TABLE).run().says("");
    to_file(&plain).stdin(TABLE).run().says("");
    let mut kept = [0; 1024];
    let length = getxattr(&path, ACCESS, &mut kept).expect("a list");
    assert_eq!((&kept[..length], mode(&path)), (&given[..], 0o640));
    assert!(getxattr(&plain, ACCESS, &mut kept).is_err(), "a file without a list gets none");
    assert_eq!(mode(&plain), 0o640);
}

/// seccomp(2): `open` and `openat` with `O_TMPFILE` answers EOPNOTSUPP, as network file systems do; and `fchmod`, before
/// which others must be kept out, ends the process where the first argument says so.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
const WITHOUT_TMPFILE: &str = r#"
import ctypes, os, resource, signal, struct, sys
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
for ignored in signal.SIGHUP, signal.SIGINT, signal.SIGTERM:  # as by nohup
    signal.signal(ignored, signal.SIG_DFL)
steps = [
    (0x20, 0, 0, 0), (0x15, 0, 1, 91 if sys.argv.pop(1) == "end" else 1 << 16), (0x06, 0, 0, 0x80000000),  # fchmod
    (0x15, 1, 0, 257), (0x15, 2, 5, 2),  # openat, open
    (0x20, 0, 0, 32), (0x05, 0, 0, 1), (0x20, 0, 0, 24),  # their flags
    (0x45, 0, 1, 0x400000), (0x06, 0, 0, 0x5005F), (0x06, 0, 0, 0x7FFF0000),
]
code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code)))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, program, 0, 0) == 0
os.execv(sys.argv[1], sys.argv[1:])
"#;

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn an_interrupted_call_removes_its_temporary_file() {
    for signal in ["HUP", "INT", "TERM"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("signed.csv");
        fs::write(&path, "older").unwrap();
        let python = std::env::var_os("PYTHON").unwrap_or("python3".into());
        let mut command = Command::new(python);
        command.args([
            "-c",
            WITHOUT_TMPFILE,
            "go on",
            env!("CARGO_BIN_EXE_personsig"),
            "sign",
            "--provider",
            "gosquared",
        ]);
        command.args(["--csv", "-", "--column", "id", "--output"]).arg(&path);
        let mut process = command.env("GOSQUARED_SECURE_MODE_SECRET", SECRET).stdin(Stdio::piped()).spawn().unwrap();
        let mut table = process.stdin.take().unwrap();
        table.write_all(format!("id\n{}", "1\n".repeat(100_000)).as_bytes()).unwrap();
        // The rows beyond what a pipe holds were read, so the temporary file is there.
        assert_eq!(names(folder.path()).len(), 2, "{signal}");
        // The shell's own: a program `kill` is in a package that a bare system does not have.
        let kill = format!("kill -{signal} {}", process.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        assert_eq!(process.wait().unwrap().code(), None, "{signal}");
        assert_eq!(names(folder.path()), ["signed.csv"], "{signal}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "older");
    }
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn a_temporary_file_is_never_open_to_others_where_the_older_one_was_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signed.csv");
    fs::write(&path, "older").unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    let python = std::env::var_os("PYTHON").unwrap_or("python3".into());
    let mut command = Command::new(python);
    command.args(["-c", WITHOUT_TMPFILE, "end", env!("CARGO_BIN_EXE_personsig"), "sign", "--provider", "gosquared"]);
    command.args(["--csv", "-", "--column", "id", "--output"]).arg(&path);
    let status = command.env("GOSQUARED_SECURE_MODE_SECRET", SECRET).stdin(Stdio::null()).status().unwrap();
    assert_eq!(status.code(), None, "before it had the older file's permissions");
    let modes: Vec<_> = names(folder.path()).iter().map(|name| mode(&folder.path().join(name))).collect();
    assert_eq!(modes, [0o600, 0o600]);
}

//! The binary interface is that of `bindings/c/personsig.abi`, as libabigail sees it: every function, type, field and
//! number of the header, harmless or not. A change on purpose is committed with `UPDATE=1 cargo test -p personsig-c --test abi`.

mod compiler;

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

use compiler::{compiler, root, scratch, succeed};

/// A library with debug information that has the header's functions and nothing in them: the interface is the header's,
/// which is generated from the sources, and no tool reads Rust's own types as C's.
fn interface(name: &str, change: impl Fn(String) -> String) -> PathBuf {
    let folder = scratch(name);
    let header = fs::read_to_string(root().join("include/personsig.h")).expect("the header");
    let header = change(header);
    let (_, declarations) = header.rsplit_once("extern \"C\" {").expect("the functions");
    let mut code = "#include \"personsig.h\"\n".to_owned();
    for line in
        declarations.lines().take_while(|line| !line.starts_with("#ifdef")).filter(|line| !line.starts_with(['/', '#']))
    {
        // No function returns a struct: a null pointer, a status and a count are all 0.
        let is_empty = line.starts_with("void ");
        code += &line.replace(';', if is_empty { " { }" } else { " { return 0; }" });
        code.push('\n');
    }
    fs::write(folder.join("personsig.h"), &header).expect("a header");
    fs::write(folder.join("interface.c"), code).expect("a program");
    let mut compile = compiler();
    compile.current_dir(&folder).args(["-g", "-gdwarf-4", "-O0", "-shared", "-fPIC", "-Wl,-soname,libpersonsig.so.1"]);
    succeed(compile.args(["interface.c", "-o", "libpersonsig.so"]));
    folder.join("libpersonsig.so")
}

/// What abidiff says of a library beside the baseline, and whether that is nothing.
fn compared(library: &PathBuf) -> (String, bool) {
    let mut abidiff = Command::new("abidiff");
    let baseline = root().join("bindings/c/personsig.abi");
    let output = abidiff.arg("--harmless").arg(baseline).arg(library).output().expect("abidiff");
    (String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned(), output.status.success())
}

#[test]
fn the_binary_interface_is_the_committed_one() {
    let library = interface("abi", |header| header);
    if env::var_os("UPDATE").is_some() {
        let mut abidw = Command::new("abidw");
        abidw.args(["--no-corpus-path", "--no-comp-dir-path", "--no-show-locs", "--drop-private-types", "--out-file"]);
        succeed(abidw.arg(root().join("bindings/c/personsig.abi")).arg(&library));
    }
    let (said, is_same) = compared(&library);
    assert!(
        is_same,
        "the binary interface has changed; if on purpose: UPDATE=1 cargo test -p personsig-c --test abi\n{said}"
    );
}

#[test]
fn every_kind_of_change_is_seen() {
    let changes = [
        ("a function", "const char *personsig_version(void);", ""),
        (
            "a new function",
            "const char *personsig_version(void);",
            "const char *personsig_version(void);\nint personsig_new(void);",
        ),
        ("a parameter's type", "personsig_status_name(int status)", "personsig_status_name(long status)"),
        ("a field's type", "    int64_t clock_skew;", "    int32_t clock_skew;"),
        (
            "a new last field",
            "    int64_t now;\n} personsig_verify_options;",
            "    int64_t now;\n    int64_t later;\n} personsig_verify_options;",
        ),
        ("a status's number", "PERSONSIG_EXPIRED = 104", "PERSONSIG_EXPIRED = 106"),
        ("a new status", "    PERSONSIG_INTERNAL = 203,", "    PERSONSIG_INTERNAL = 203,\n    PERSONSIG_NEW = 204,"),
    ];
    for (what, from, to) in changes {
        let library = interface("changed-abi", |header| {
            assert!(header.contains(from), "{what}: {from}");
            header.replacen(from, to, 1)
        });
        let (said, is_same) = compared(&library);
        assert!(!is_same, "{what} went unnoticed\n{said}");
    }
}

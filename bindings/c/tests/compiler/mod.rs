//! Compiles C programs against the built library, as a user's build would, and runs them.

#![allow(dead_code, reason = "no test needs all of it")]

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::{env, fs};

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository")
}

/// Where `cargo build --release -p personsig-c` left a file, after its sources were last changed.
pub fn built(name: &str) -> PathBuf {
    // CARGO_TARGET_TMPDIR is the target folder's `tmp`, wherever that folder is.
    let release = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../release");
    let changed = |file: &Path| fs::metadata(file).and_then(|metadata| metadata.modified());
    let file = release.join(name);
    let built = changed(&file);
    // Cargo's own list: the library, a colon, and what it was made from.
    let list = fs::read_to_string(release.join("libpersonsig.d")).unwrap_or_default().replace("\\ ", "\0");
    let mut sources = list.lines().next().unwrap_or_default().split(' ').skip(1).map(|path| path.replace('\0', " "));
    let fresh = |source: String| {
        changed(source.as_ref()).is_ok_and(|source| built.as_ref().is_ok_and(|built| source <= *built))
    };
    assert!(
        !list.is_empty() && sources.all(fresh),
        "{} is missing or older than its source: cargo build --release -p personsig-c",
        file.display()
    );
    file
}

/// A folder with the shared library under all its names.
pub fn shared() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = scratch(&format!("shared-{}", env!("CARGO_CRATE_NAME")));
        for name in ["libpersonsig.so", "libpersonsig.so.1"] {
            symlink(built("libpersonsig.so"), folder.join(name)).expect(name);
        }
        folder
    })
}

/// An empty folder of that name.
pub fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if let Err(error) = fs::remove_dir_all(&folder) {
        assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{}", folder.display());
    }
    fs::create_dir_all(&folder).expect("a scratch folder");
    folder
}

/// Compiles with all warnings as errors and links with the shared library. The result is named for source and
/// `purpose`.
pub fn compile(source: &Path, purpose: &str, options: &[&str]) -> PathBuf {
    let folder = shared().display();
    let link = [format!("-L{folder}"), format!("-Wl,-rpath,{folder}"), "-lpersonsig".to_owned()];
    compile_and_link(source, purpose, options, &link)
}

/// As [`compile`], with the static library.
pub fn compile_static(source: &Path, purpose: &str, options: &[&str]) -> PathBuf {
    let library = built("libpersonsig.a").display().to_string();
    compile_and_link(source, purpose, options, &[library, "-lpthread".into(), "-ldl".into(), "-lm".into()])
}

fn compile_and_link(source: &Path, purpose: &str, options: &[&str], link: &[String]) -> PathBuf {
    let stem = source.file_stem().expect("a source file").to_string_lossy();
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{stem}-{purpose}"));
    let mut command = compiler();
    command.args(["-g", "-Wall", "-Wextra", "-Werror", "-pedantic"]).args(options);
    command.arg("-I").arg(root().join("include")).arg(source).args(["-x", "none"]).args(link);
    succeed(command.arg("-o").arg(&program));
    program
}

/// The C compiler: `CC`, or `cc`.
pub fn compiler() -> Command {
    let line = env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let mut words = line.split_whitespace();
    let mut command = Command::new(words.next().expect("CC"));
    command.args(words);
    command
}

/// Runs a command that must end with 0; its standard output.
pub fn succeed(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success(), "{command:?}: {status}\n{stdout}{stderr}");
    stdout.into_owned()
}

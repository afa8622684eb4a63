//! What `install.sh` leaves behind can be found and linked, also after it was moved.

mod compiler;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use compiler::{built, compiler, root, scratch, succeed};

const SIGNED: &str = "0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64\n\
                      05e19f815e0f91571951e927b3be86ff14c677828d8b61c9aab4bd8ec46d4537-1596165824\n";

/// Installs for /opt/personsig into a folder, then moves the tree somewhere else.
fn moved(name: &str) -> PathBuf {
    let (stage, home) = (scratch(&format!("{name}-stage")), scratch(&format!("{name} home")));
    let mut install = Command::new("sh");
    install.arg(root().join("bindings/c/install.sh")).arg(built("libpersonsig.a").parent().expect("a folder"));
    succeed(install.env("PREFIX", "/opt/personsig").env("DESTDIR", &stage));
    built("libpersonsig.so");
    fs::rename(stage.join("opt/personsig"), home.join("moved")).expect("the installed tree");
    home.join("moved")
}

fn program(prefix: &Path, name: &str, libraries: &[String]) -> Command {
    let program = prefix.join(name);
    let mut compile = compiler();
    compile.arg(root().join("examples/sign.c")).args(libraries).arg("-o").arg(&program);
    succeed(&mut compile);
    Command::new(program)
}

#[test]
fn the_shared_library_has_its_chain_of_names() {
    let lib = moved("chain").join("lib");
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(fs::read_link(lib.join("libpersonsig.so")).unwrap(), Path::new("libpersonsig.so.1"));
    assert_eq!(
        fs::read_link(lib.join("libpersonsig.so.1")).unwrap(),
        PathBuf::from(format!("libpersonsig.so.{version}"))
    );
    assert!(lib.join(format!("libpersonsig.so.{version}")).symlink_metadata().unwrap().is_file());
}

#[test]
fn pkg_config_finds_it_and_a_program_signs() {
    let prefix = moved("pkg-config");
    let ask = |what: &[&str]| {
        let mut command = Command::new("pkg-config");
        command.env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig")).args(what).arg("personsig");
        succeed(&mut command).trim().to_owned()
    };
    assert_eq!(ask(&["--modversion"]), env!("CARGO_PKG_VERSION"));
    // As a shell would split it: pkg-config escapes the space in the folder's name.
    let flags = ask(&["--cflags", "--libs"]).replace("\\ ", "\0");
    let flags: Vec<_> = flags.split(' ').map(|flag| flag.replace('\0', " ")).collect();
    let mut signs = program(&prefix, "sign", &flags);
    assert_eq!(succeed(signs.env("LD_LIBRARY_PATH", prefix.join("lib"))), SIGNED);
}

#[test]
fn the_static_library_has_the_headers_functions_and_no_other() {
    let library = moved("symbols").join("lib/libpersonsig.a");
    let symbols = succeed(Command::new("nm").args(["-g", "--defined-only"]).arg(library));
    let names: Vec<_> = symbols.lines().filter_map(|line| line.split_once(" T ")).map(|(_, name)| name).collect();
    let header = fs::read_to_string(root().join("include/personsig.h")).expect("the header");
    let declared =
        header.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()) && line.contains('('));
    assert_eq!(names.len(), declared.count());
    assert!(names.iter().all(|name| name.starts_with("personsig_")), "{symbols}");
    let symbols = symbols.lines().filter(|line| !line.is_empty() && !line.ends_with(':'));
    assert_eq!(names.len(), symbols.count(), "something else than functions");
}

#[test]
fn two_static_libraries_written_in_rust_link_in_either_order() {
    let prefix = moved("two-libraries");
    let (other, ours) = (prefix.join("libother.a"), prefix.join("lib/libpersonsig.a"));
    fs::write(
        prefix.join("other.rs"),
        "#[unsafe(no_mangle)] pub extern \"C\" fn other() -> i32 {\n\
         std::panic::set_hook(Box::new(|_| ()));\n\
         std::panic::catch_unwind(|| { if std::env::args().count() > 0 { panic!() } 1 }).unwrap_or(0) }\n",
    )
    .unwrap();
    let mut rustc = Command::new(std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned()));
    succeed(
        rustc.args(["--edition=2024", "--crate-type=staticlib", "-O", "-o"]).arg(&other).arg(prefix.join("other.rs")),
    );
    // The example, in a program that calls the other library first: a panic there must not meet ours.
    fs::write(
        prefix.join("both.c"),
        "#define main sign_main\n#include \"sign.c\"\n#undef main\n\
         int other(void);\nint main(void) { return other() || sign_main(); }\n",
    )
    .unwrap();
    for libraries in [[&ours, &other], [&other, &ours]] {
        let mut compile = compiler();
        compile.arg("-I").arg(prefix.join("include")).arg("-I").arg(root().join("examples"));
        compile.arg(prefix.join("both.c")).args(libraries).args(["-lpthread", "-ldl", "-lm", "-o"]);
        succeed(compile.arg(prefix.join("both")));
        assert_eq!(succeed(&mut Command::new(prefix.join("both"))), SIGNED);
    }
}

#[test]
fn the_static_library_alone_is_enough() {
    let prefix = moved("static");
    let include = format!("-I{}", prefix.join("include").display());
    let library = prefix.join("lib/libpersonsig.a").display().to_string();
    let libraries = [include, library, "-lpthread".into(), "-ldl".into(), "-lm".into()];
    assert_eq!(succeed(&mut program(&prefix, "sign", &libraries)), SIGNED);
}

#[test]
fn cmake_finds_it_and_both_targets_sign() {
    let prefix = moved("cmake");
    let source = prefix.join("source");
    fs::create_dir(&source).unwrap();
    fs::copy(root().join("examples/sign.c"), source.join("sign.c")).unwrap();
    let project = "cmake_minimum_required(VERSION 3.16)\n\
                   project(sign C)\n\
                   find_package(personsig 0.1 REQUIRED CONFIG)\n\
                   foreach(kind shared static)\n\
                     add_executable(sign_${kind} sign.c)\n\
                     target_link_libraries(sign_${kind} PRIVATE personsig::${kind})\n\
                   endforeach()\n";
    fs::write(source.join("CMakeLists.txt"), project).unwrap();
    let build = source.join("build");
    let mut configure = Command::new("cmake");
    configure.arg("-S").arg(&source).arg("-B").arg(&build);
    succeed(configure.arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display())));
    succeed(Command::new("cmake").arg("--build").arg(&build));
    for kind in ["sign_shared", "sign_static"] {
        assert_eq!(succeed(&mut Command::new(build.join(kind))), SIGNED, "{kind}");
    }
}

#[test]
fn cmake_compares_versions_and_components() {
    let prefix = moved("cmake-versions");
    let version = prefix.join("lib/cmake/personsig/personsig-config-version.cmake");
    let (major, minor) = (env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"));
    let installed = format!("PACKAGE_VERSION \"{}\"", env!("CARGO_PKG_VERSION"));
    let text = fs::read_to_string(&version).unwrap();
    assert!(text.contains(&installed));
    fs::write(&version, text.replace(&installed, &format!("PACKAGE_VERSION \"{major}.{minor}.5\""))).unwrap();
    let at = |patch: u32| format!("{major}.{minor}.{patch}");
    let next = minor.parse::<u32>().unwrap() + 1;
    let wanted = [
        (String::new(), true),
        (major.to_owned(), true),
        (format!("{major}.{minor}"), true),
        (at(5), true),
        (at(6), false),
        (format!("{major}.{next}"), false),
        (format!("{} EXACT", at(5)), true),
        (format!("{} EXACT", at(4)), false),
        (format!("{}...{}", at(0), at(3)), false),
        (format!("{}...{}", at(0), at(5)), true),
        (format!("{}...<{}", at(0), at(5)), false),
        (format!("{}...<{}", at(0), at(6)), true),
        (format!("{}...{}", at(6), at(9)), false),
        (format!("{}...{major}.{next}", at(0)), true),
        ("COMPONENTS shared static".to_owned(), true),
        ("COMPONENTS shared python".to_owned(), false),
        ("OPTIONAL_COMPONENTS python".to_owned(), true),
    ];
    let calls = wanted.iter().enumerate().map(|(at, (arguments, _))| {
        format!(
            "unset(personsig_FOUND)\nunset(personsig_DIR CACHE)\n\
             find_package(personsig {arguments} QUIET CONFIG)\nmessage(STATUS \"{at}: ${{personsig_FOUND}}\")\n"
        )
    });
    let project = "cmake_minimum_required(VERSION 3.19)\nproject(versions LANGUAGES NONE)\n".to_owned();
    fs::write(prefix.join("CMakeLists.txt"), project + &calls.collect::<String>()).unwrap();
    let mut configure = Command::new("cmake");
    configure.arg("-S").arg(&prefix).arg("-B").arg(prefix.join("build"));
    let said = succeed(configure.arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display())));
    for (at, (arguments, is_found)) in wanted.iter().enumerate() {
        let found = said.contains(&format!("-- {at}: 1\n")) || said.contains(&format!("-- {at}: TRUE\n"));
        assert_eq!(found, *is_found, "find_package(personsig {arguments})\n{said}");
    }
}

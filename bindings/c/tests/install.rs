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

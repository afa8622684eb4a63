//! `include/personsig.h` is what cbindgen makes of this crate now.

use std::path::{Path, PathBuf};
use std::{env, fs};

use cbindgen::{Builder, Config};

#[test]
fn the_committed_header_is_fresh() {
    let folder = env!("CARGO_MANIFEST_DIR");
    let mut config = Config::from_file(format!("{folder}/cbindgen.toml")).expect("cbindgen.toml");
    let macros = config.after_includes.take().expect("the version macros");
    config.after_includes = Some(
        macros
            .replace("@VERSION@", env!("CARGO_PKG_VERSION"))
            .replace("@MAJOR@", env!("CARGO_PKG_VERSION_MAJOR"))
            .replace("@MINOR@", env!("CARGO_PKG_VERSION_MINOR"))
            .replace("@PATCH@", env!("CARGO_PKG_VERSION_PATCH")),
    );
    let mut builder = Builder::new().with_config(config);
    // In the order of the header.
    for file in ["options.rs", "signer.rs", "hmac.rs", "provider.rs", "version.rs"] {
        builder = builder.with_src(format!("{folder}/src/{file}"));
    }
    builder = builder.with_src(without_macro(&format!("{folder}/src/status.rs"), "with_all!"));
    let mut made = Vec::new();
    builder.generate().expect("a header").write(&mut made);

    let path = format!("{folder}/../../include/personsig.h");
    if env::var_os("UPDATE").is_some() {
        fs::write(&path, &made).expect("include/personsig.h");
    }
    let committed = fs::read(&path).unwrap_or_default();
    assert!(committed == made, "include/personsig.h is stale: UPDATE=1 cargo test -p personsig-c --test header");
}

/// A copy of a source file with the enum that stands in a macro's braces: cbindgen does not look inside.
fn without_macro(path: &str, name: &str) -> PathBuf {
    let source = fs::read_to_string(path).expect(path);
    let (before, rest) = source.split_once(&format!("{name} {{\n")).expect(name);
    let (inside, after) = rest.split_once("\n}\n}\n").expect("the end of the enum and of the macro");
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("status.rs");
    fs::write(&copy, [before, inside, "\n}\n", after].concat()).expect("a copy");
    copy
}

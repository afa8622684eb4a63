//! Help that a person can use, and the version.

use std::env;
use std::path::Path;
use std::process::Command;

use crate::call::line;

const PAGES: [&str; 7] = [
    "--help",
    "sign --help",
    "verify --help",
    "explain --help",
    "snippet --help",
    "identity --help",
    "providers --help",
];

fn page(arguments: &str) -> String {
    let done = line(arguments).run();
    assert_eq!((done.exit, done.err.as_str()), (Some(0), ""));
    done.out
}

#[test]
fn a_page_fits_a_terminal() {
    for arguments in PAGES {
        for text in page(arguments).lines() {
            assert!(text.chars().count() <= 80, "{arguments}: {text}");
        }
        assert!(page(arguments).lines().count() <= 40, "{arguments}");
    }
}

#[test]
fn help_is_given_wherever_it_is_asked_for() {
    assert_eq!(page("sign --provider gosquared -h"), page("sign --help"));
    assert_eq!(page("-h"), page("--help"));
    assert_eq!(page("help"), page("--help"));
    assert_eq!(page("help verify"), page("verify --help"));
    assert_eq!(page("version"), page("-V"));
}

#[test]
fn every_option_on_a_page_exists() {
    for command in ["sign", "verify", "explain", "snippet", "identity", "providers"] {
        let page = page(&format!("{command} --help"));
        let options = page.lines().filter_map(|text| text.trim_start().strip_prefix("--"));
        let options: Vec<_> = options.map(|text| text.split(' ').next().unwrap()).collect();
        assert!(options.contains(&"json"), "{command}");
        for option in options {
            // Either it takes a value, or it takes none; only an unknown one is unknown.
            let done = line(&format!("{command} --{option}")).run();
            assert!(!done.err.contains("unknown option"), "{command} --{option}");
        }
    }
}

#[test]
fn the_example_on_each_page_runs() {
    let folder = Path::new(env!("CARGO_BIN_EXE_personsig")).parent().unwrap();
    let path = env::join_paths([folder.to_owned()].into_iter().chain(env::split_paths(&env::var_os("PATH").unwrap())));
    for (arguments, exit) in PAGES.into_iter().zip([0, 0, 0, 1, 0, 0, 0]) {
        let page = page(arguments);
        let (_, example) = page.split_once("\nExample").unwrap();
        let example: Vec<_> = example.lines().skip(1).skip_while(|text| text.is_empty()).collect();
        let example = example.split(|text| text.is_empty()).next().unwrap().join("\n");
        let output = Command::new("sh").args(["-c", &example]).env("PATH", path.as_ref().unwrap()).output().unwrap();
        assert_eq!(output.status.code(), Some(exit), "{arguments}: {output:?}");
        assert!(!output.stdout.is_empty(), "{arguments}");
    }
}

//! Writes the shell completions and the manual pages, as `make install` lays them below `PREFIX/share`:
//!
//!     personsig-share FOLDER

#![forbid(unsafe_code)]

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

use clap::CommandFactory;
use clap_complete::{Shell, generate_to};
use clap_mangen::Man;

#[allow(dead_code)]
#[path = "arguments.rs"]
mod arguments;

const COMPLETIONS: [(Shell, &str); 3] = [
    (Shell::Bash, "bash-completion/completions"),
    (Shell::Zsh, "zsh/site-functions"),
    (Shell::Fish, "fish/vendor_completions.d"),
];

fn main() -> ExitCode {
    let Some(folder) = env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("error: the folder is missing\n  fix: personsig-share FOLDER");
        return ExitCode::from(2);
    };
    match write(&folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: cannot write the manual pages and completions: {error}");
            ExitCode::from(3)
        }
    }
}

fn write(folder: &Path) -> io::Result<()> {
    let mut command = arguments::Arguments::command();
    for (shell, subfolder) in COMPLETIONS {
        let path = generate_to(shell, &mut command, "personsig", made(&folder.join(subfolder))?)?;
        // bash-completion looks for a file with the command's own name.
        if shell == Shell::Bash {
            fs::rename(&path, path.with_extension(""))?;
        }
    }
    let manual = made(&folder.join("man/man1"))?;
    Man::new(command.clone()).generate_to(&manual)?;
    let name = |page: &clap::Command| format!("personsig-{}", page.get_name());
    for page in command.get_subcommands().filter(|page| !page.is_hide_set() && page.get_name() != "help") {
        let page = page.clone().display_name(name(page));
        Man::new(page).generate_to(&manual)?;
    }
    Ok(())
}

fn made(folder: &Path) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    Ok(folder.to_owned())
}

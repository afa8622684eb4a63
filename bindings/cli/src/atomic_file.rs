//! A file that is written whole or not at all.
//!
//! An existing file is replaced: the new one gets its permissions, its access control list and, where the system allows that, its owner. A
//! symbolic link is followed; other hard links keep the old content. What a shell's `>` may not write is refused.
//!
//! The file has no name until it is complete (open(2), `O_TMPFILE`), so that a killed call leaves nothing behind. Where
//! the file system cannot do that, it has a temporary name, which is removed at SIGINT, SIGTERM and SIGHUP. Temporary
//! names are the tempfile crate's, which gives no name to an unnamed file.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, BufWriter};
#[cfg(unix)]
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::failure::Failure;

/// Lets `content` write the file, and puts it in its place when that succeeds.
pub(crate) fn write(
    path: &Path,
    content: impl FnOnce(&mut BufWriter<File>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let target = Target::of(path)?;
    let (file, name) = target.open().map_err(Failure::output)?;
    let mut file = BufWriter::with_capacity(1 << 16, file);
    content(&mut file)?;
    let file = file.into_inner().map_err(|error| Failure::output(error.into_error()))?;
    target.fill(file, name).map_err(Failure::output)
}

struct Target {
    path: PathBuf,
    folder: PathBuf,
    /// The file that is there already.
    older: Option<(File, Metadata)>,
}

impl Target {
    fn of(path: &Path) -> Result<Self, Failure> {
        let absent = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
        let older = match fs::metadata(path) {
            // Replacing a device or a pipe by a file is never meant.
            Ok(data) if !data.is_file() => {
                let problem = "cannot write the output: it is not a regular file".into();
                return Err(Failure::InputOutput { problem, fix: "pass the path of a file to --output" });
            }
            Ok(data) if data.permissions().readonly() => {
                let problem = "cannot write the output: the file is read-only".into();
                return Err(Failure::InputOutput {
                    problem,
                    fix: "change its permissions, or pass another path to --output",
                });
            }
            Err(error) if absent(&error) && !path.is_symlink() => None,
            data => Some(data.and_then(|_| opened(path)).map_err(Failure::output)?),
        };
        let path = match &older {
            // A link stays a link; its target is replaced.
            Some((_, metadata)) => canonical(path, metadata).map_err(Failure::output)?,
            None => path.to_owned(),
        };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
        Ok(Target { path, folder, older })
    }

    /// A file in the same folder, with a name only where it needs one. A new file has the permissions of the umask.
    fn open(&self) -> io::Result<(File, Option<NamedTempFile<()>>)> {
        let (file, name) = match unnamed(&self.folder) {
            Some(file) => (file, None),
            None => {
                // Until it has the older file's permissions, which may keep others out.
                let mode = if self.older.is_some() { 0o600 } else { 0o666 };
                let (file, path) = temporary(mode).tempfile_in(&self.folder)?.into_parts();
                (file, Some(NamedTempFile::from_parts((), path)))
            }
        };
        if let Some(name) = &name {
            interrupt::remove(name.path());
        }
        if let Some((older, metadata)) = &self.older {
            // Only root may give files away; anybody else's new file is their own.
            #[cfg(unix)]
            let _ = std::os::unix::fs::fchown(&file, Some(metadata.uid()), Some(metadata.gid()));
            copy_access(older, &file)?;
            file.set_permissions(metadata.permissions())?;
        }
        Ok((file, name))
    }

    fn fill(&self, file: File, name: Option<NamedTempFile<()>>) -> io::Result<()> {
        file.sync_all()?;
        let name = match name {
            Some(name) => name,
            None => temporary(0o600).make_in(&self.folder, |path| link(&file, path))?,
        };
        name.persist(&self.path).map_err(|error| error.error)?;
        // The file is there now; only a power cut within seconds could undo its name.
        let _ = File::open(&self.folder).and_then(|folder| folder.sync_all());
        Ok(())
    }
}

/// Opens the file as a shell's `>` does, but keeps its content: the system refuses what it refuses there, such as another
/// user's link or file in /tmp (proc_sys_fs(5), `protected_symlinks` and `protected_regular`).
fn opened(path: &Path) -> io::Result<(File, Metadata)> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
    let metadata = file.metadata()?;
    Ok((file, metadata))
}

/// The name behind all links, which must be that of the file that was opened.
#[cfg_attr(not(unix), allow(unused_variables))]
fn canonical(path: &Path, opened: &Metadata) -> io::Result<PathBuf> {
    let path = fs::canonicalize(path)?;
    #[cfg(unix)]
    {
        let named = fs::symlink_metadata(&path)?;
        if (named.dev(), named.ino()) != (opened.dev(), opened.ino()) {
            return Err(io::ErrorKind::NotFound.into());
        }
    }
    Ok(path)
}

/// An access control list, whose mask the permissions show in the group's place (acl(5)); without one, none of the folder's.
#[cfg(target_os = "linux")]
fn copy_access(older: &File, file: &File) -> io::Result<()> {
    use rustix::fs::{XattrFlags, fgetxattr, fremovexattr, fsetxattr};

    const NAME: &str = "system.posix_acl_access";
    // No attribute is longer (xattr(7)).
    let mut list = [0; 1 << 16];
    match fgetxattr(older, NAME, &mut list) {
        Ok(length) => fsetxattr(file, NAME, &list[..length], XattrFlags::empty())?,
        Err(_) => {
            let _ = fremovexattr(file, NAME);
        }
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn copy_access(_: &File, _: &File) -> io::Result<()> {
    Ok(())
}

#[cfg_attr(not(unix), allow(unused_variables))]
fn temporary(mode: u32) -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(".personsig-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    builder
}

/// None where the file system has no `O_TMPFILE`, or /proc, through which the file gets its name, is not mounted.
#[cfg(target_os = "linux")]
fn unnamed(folder: &Path) -> Option<File> {
    use rustix::fs::{Mode, OFlags, open};

    let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
    let file = open(folder, flags, Mode::from_raw_mode(0o666)).ok()?;
    Path::new("/proc/self/fd").is_dir().then(|| file.into())
}

#[cfg(target_os = "linux")]
fn link(file: &File, path: &Path) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD, linkat};
    use std::os::fd::AsRawFd;

    let file = format!("/proc/self/fd/{}", file.as_raw_fd());
    Ok(linkat(CWD, file, CWD, path, AtFlags::SYMLINK_FOLLOW)?)
}

#[cfg(not(target_os = "linux"))]
fn unnamed(_: &Path) -> Option<File> {
    None
}

#[cfg(not(target_os = "linux"))]
fn link(_: &File, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Removes a temporary file that has a name when a signal ends the process.
#[cfg(unix)]
mod interrupt {
    use std::fs;
    use std::path::Path;
    use std::thread;

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    /// Removes the file at the first signal, and ends as that signal does by default. A signal that is ignored, as by
    /// `nohup`, stays ignored. Where no handler can be installed, the file may be left behind.
    pub(super) fn remove(path: &Path) {
        let ignored = ignored();
        let signals = [SIGHUP, SIGINT, SIGTERM].into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0);
        let Ok(mut signals) = Signals::new(signals) else { return };
        let path = path.to_owned();
        let _ = thread::Builder::new().spawn(move || {
            for signal in signals.forever() {
                let _ = fs::remove_file(&path);
                let _ = emulate_default_handler(signal);
            }
        });
    }

    /// A bit for each ignored signal, from proc(5), or all bits where it is not known.
    fn ignored() -> u64 {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(u64::MAX)
    }
}

#[cfg(not(unix))]
mod interrupt {
    pub(super) fn remove(_: &std::path::Path) {}
}

//! The secrets of a run: made for it, so that no vendor knows them, or with `--real-secrets` the real ones.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use personsig::{Code, Secret, Signer, environment};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::rule::Vendor;
use crate::store::Store;

/// The largest secret file.
const SECRET_MAX: u64 = 1 << 20;

/// A project of GoSquared's or an account of Chameleon's.
pub(crate) struct Project {
    pub(crate) vendor: Vendor,
    /// Its public token; empty where every token is the one project.
    pub(crate) token: String,
    /// The variable that holds its secret.
    pub(crate) variable: String,
    /// None where a real secret was asked for and is not set.
    pub(crate) signer: Option<Signer>,
    /// The secret and its predecessor.
    pub(crate) values: Vec<Zeroizing<Vec<u8>>>,
}

/// `--project PROVIDER:TOKEN=VARIABLE`.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) vendor: Vendor,
    pub(crate) token: String,
    pub(crate) variable: String,
}

/// `--secret-file PROVIDER=FILE`.
#[derive(Debug, Clone)]
pub(crate) struct SecretFile {
    pub(crate) vendor: Vendor,
    pub(crate) path: PathBuf,
}

pub(crate) struct Secrets {
    pub(crate) projects: Vec<Project>,
    /// Chameleon's secret API key, for its REST API. Always made for the run.
    pub(crate) api_secret: String,
    /// Whether these are the real ones.
    pub(crate) real: bool,
}

impl Secrets {
    /// Makes secrets, or finds those made for an earlier run with the same `--state`.
    pub(crate) fn made(store: &Store, named: &[Named]) -> Result<Self, Failure> {
        let make = |project: &Named| {
            let kept = |kind: &str| {
                let name = format!("secret:{}:{}:{kind}", project.vendor.name(), project.token);
                store.kept(&name, || made_secret().into_bytes()).map(Zeroizing::new).map_err(Failure::store)
            };
            let values = vec![kept("current")?, kept("previous")?];
            let signer = Signer::with_fallbacks(project.vendor.name(), &**values[0], &[Secret::Bytes(&values[1])]);
            let signer = Some(signer.map_err(Failure::Refused)?);
            Ok(of(project, signer, values))
        };
        Self::new(store, named, false, make)
    }

    /// Reads the real ones, from files or the environment. One that is not set is left out: nothing of that vendor can
    /// be right then.
    pub(crate) fn real(
        store: &Store,
        named: &[Named],
        files: &[SecretFile],
        fallbacks: &[SecretFile],
    ) -> Result<Self, Failure> {
        let read = |project: &Named| {
            let given = |list: &[SecretFile]| -> Result<Vec<_>, Failure> {
                let files = list.iter().filter(|file| file.vendor == project.vendor);
                files.map(|file| secret(&file.path)).collect()
            };
            let mut values = given(files)?;
            if values.is_empty() {
                let variable = &project.variable;
                let read = Signer::from_lookup(project.vendor.name(), Some(variable.as_bytes()), environment);
                let signer = match read {
                    Err(error) if error.code() == Code::MissingSecret => return Ok(of(project, None, values)),
                    read => Some(read.map_err(Failure::Refused)?),
                };
                for name in [variable.clone(), format!("{variable}_PREVIOUS")] {
                    let value = environment(&name).map_err(|code| Failure::Refused(code.into()))?;
                    values.extend(value.filter(|value| !value.is_empty()));
                }
                return Ok(of(project, signer, values));
            }
            values.extend(given(fallbacks)?);
            let older: Vec<_> = values[1..].iter().map(|value| Secret::Bytes(value)).collect();
            let signer = Signer::with_fallbacks(project.vendor.name(), values[0].as_slice(), &older);
            let signer = Some(signer.map_err(Failure::Refused)?);
            Ok(of(project, signer, values))
        };
        let secrets = Self::new(store, named, true, read)?;
        match secrets.projects.iter().all(|project| project.signer.is_none()) {
            true => Err(Failure::wrong(
                "--real-secrets finds no secret",
                "set GOSQUARED_SECURE_MODE_SECRET or CHAMELEON_VERIFICATION_SECRET, pass --secret-file, or leave --real-secrets out",
            )),
            false => Ok(secrets),
        }
    }

    fn new(
        store: &Store,
        named: &[Named],
        real: bool,
        each: impl FnMut(&Named) -> Result<Project, Failure>,
    ) -> Result<Self, Failure> {
        let one = |vendor: Vendor| Named { vendor, token: String::new(), variable: vendor.variable().to_owned() };
        let unnamed = Vendor::ALL.into_iter().filter(|vendor| named.iter().all(|project| project.vendor != *vendor));
        let all: Vec<Named> = named.iter().cloned().chain(unnamed.map(one)).collect();
        let projects = all.iter().map(each).collect::<Result<_, _>>()?;
        let api_secret = store.kept("api-secret", || made_secret().into_bytes()).map_err(Failure::store)?;
        Ok(Secrets { projects, api_secret: String::from_utf8_lossy(&api_secret).into_owned(), real })
    }

    /// The project of a token: where none was named, the one that there is.
    pub(crate) fn project(&self, vendor: Vendor, token: &str) -> Option<&Project> {
        let is = |project: &&Project| project.vendor == vendor && (project.token.is_empty() || project.token == token);
        self.projects.iter().find(is)
    }

    /// The variables for the program behind `--`.
    pub(crate) fn variables(&self) -> Vec<(String, Zeroizing<Vec<u8>>)> {
        let mut variables = Vec::new();
        if !self.real {
            for project in &self.projects {
                let names = [project.variable.clone(), format!("{}_PREVIOUS", project.variable)];
                variables.extend(names.into_iter().zip(project.values.iter().cloned()));
            }
        }
        variables.push(("CHAMELEON_API_SECRET".to_owned(), Zeroizing::new(self.api_secret.clone().into_bytes())));
        variables
    }
}

fn of(project: &Named, signer: Option<Signer>, values: Vec<Zeroizing<Vec<u8>>>) -> Project {
    Project { vendor: project.vendor, token: project.token.clone(), variable: project.variable.clone(), signer, values }
}

/// 256 bits, recognisable as what they are.
fn made_secret() -> String {
    format!("sandbox-{}", random())
}

/// 256 random bits in hexadecimal. Without a source of randomness nothing here is safe, and the program ends.
pub(crate) fn random() -> String {
    let mut bytes = [0; 32];
    if getrandom::fill(&mut bytes).is_err() {
        std::process::exit(70);
    }
    hex::encode(bytes)
}

/// A secret file's content without one final line end, as the command reads it.
fn secret(path: &PathBuf) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let reading = |error| Failure::reading("a secret file", &error);
    let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
    File::open(path).and_then(|file| file.take(SECRET_MAX + 3).read_to_end(&mut bytes)).map_err(reading)?;
    // In UTF-16 an LF is two bytes. It stays, so that the core recognises UTF-16 by the even length.
    if !(bytes.starts_with(b"\xfe\xff") && bytes.ends_with(b"\0\n")) {
        let line = bytes.strip_suffix(b"\n").map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        let length = line.map_or(bytes.len(), <[u8]>::len);
        bytes.truncate(length);
    }
    match bytes.len() as u64 > SECRET_MAX {
        true => Err(reading(io::ErrorKind::FileTooLarge.into())),
        false => Ok(bytes),
    }
}

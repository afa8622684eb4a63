//! GoSquared's and Chameleon's side of identity verification, on your own machine: `personsig sandbox --help`.
//!
//! `gosquared` and `chameleon` are the vendors' rules and nothing else. `judge` says what a signature is worth, `call` takes
//! what the stand-in scripts post, `store` remembers it, `verdict` sums it up, `page` and `api` show it. `proxy` stands in
//! front of the app, with `rewrite`, `html` and `policy` for what it changes. `guard` keeps others out.

#![forbid(unsafe_code)]

mod api;
mod app;
mod arguments;
mod call;
mod chameleon;
mod child;
mod failure;
mod gosquared;
mod guard;
mod html;
mod judge;
mod page;
mod policy;
mod proxy;
mod rewrite;
mod rule;
mod sandbox;
mod secrets;
mod server;
mod store;
mod tls;
mod verdict;

use std::ffi::OsString;
use std::io::Write;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{env, io};

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use app::App;
use arguments::{Arguments, Request};
use child::Program;
use failure::{Failure, reason};
use guard::Guard;
use rewrite::Addresses;
use sandbox::{Rate, Sandbox};
use secrets::{Secrets, random};
use store::Store;

/// The token of the page and the API, where it is not made for the run.
const TOKEN_VARIABLE: &str = "PERSONSIG_SANDBOX_TOKEN";

/// Says it; whether somebody still reads it is no matter.
macro_rules! say {
    ($($text:tt)*) => {{ let _ = writeln!(io::stdout(), $($text)*); }};
}

/// The same where warnings and errors go.
macro_rules! warn {
    ($($text:tt)*) => {{ let _ = writeln!(io::stderr(), $($text)*); }};
}

fn main() -> ExitCode {
    // The usual hook prints what the panic says, and that may hold a value.
    std::panic::set_hook(Box::new(|_| warn!("error[internal]: a defect of personsig; please report it")));
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    let done = match arguments::parse(&arguments) {
        Ok(Request::Print(text)) => {
            say!("{}", text.trim_end());
            Ok(0)
        }
        Ok(Request::Start(arguments)) => {
            std::panic::catch_unwind(AssertUnwindSafe(|| start(*arguments))).unwrap_or(Ok(70))
        }
        Err(failure) => Err(failure),
    };
    ExitCode::from(done.unwrap_or_else(|failure| {
        warn!("{}", failure.text());
        failure.exit()
    }))
}

fn start(arguments: Arguments) -> Result<u8, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::InputOutput {
        problem: format!("the system gives no threads: {}", reason(&error)),
        fix: "end some programs and try again".into(),
    })?;
    let ended = runtime.block_on(run(arguments));
    // Connections that are still open are nobody's.
    runtime.shutdown_timeout(Duration::from_millis(200));
    ended
}

/// Each connection takes a file handle, and one more to the app.
fn allow_many_files() {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let more = rustix::process::Rlimit { current: limit.maximum, maximum: limit.maximum };
    let _ = rustix::process::setrlimit(rustix::process::Resource::Nofile, more);
}

async fn run(arguments: Arguments) -> Result<u8, Failure> {
    let store = Store::open(arguments.state.as_deref()).map_err(|error| Failure::InputOutput {
        problem: format!("cannot open the state: {}", reason(&error)),
        fix: "check the path of --state, its permissions, and that a sandbox made the file".into(),
    })?;
    let secrets = match arguments.real_secrets {
        true => Secrets::real(&store, &arguments.project, &arguments.secret_file, &arguments.fallback_secret_file)?,
        false => Secrets::made(&store, &arguments.project)?,
    };
    let key = store.kept("key", || random().into_bytes()).map_err(Failure::store)?;
    let listener = TcpListener::bind(arguments.listen).await.map_err(listening)?;
    let address = listener.local_addr().map_err(listening)?;
    let app = arguments
        .app
        .map(|(scheme, authority)| App::new(scheme, authority, arguments.rewrite_host, arguments.app_insecure));
    let app = app.transpose()?;
    let given = given_token()?;
    let token_is_given = given.is_some();
    let guard = Guard::new(given, address, app.is_some(), arguments.expose);
    let values = secrets.projects.iter().flat_map(|project| &project.values).map(|value| value.as_slice());
    let searched: Vec<_> = values.chain([secrets.api_secret.as_bytes(), guard.token().as_bytes()]).collect();
    let sandbox = Arc::new(Sandbox {
        addresses: Arc::new(Addresses::new(&arguments.chameleon_host, &searched)),
        guard,
        store,
        secrets,
        app,
        key,
        changes: watch::Sender::new(0),
        rate: Rate::new(),
        told: Mutex::default(),
    });
    let router = server::router(Arc::clone(&sandbox));
    let room = server::room();
    if let Some(Ok(other)) = server::beside(address).map(std::net::TcpListener::bind)
        && let Ok(other) = other.set_nonblocking(true).and_then(|()| TcpListener::from_std(other))
    {
        tokio::spawn(server::serve(other, router.clone(), Arc::clone(&room)));
    }
    tokio::spawn(server::serve(listener, router, room));

    let url = url(address);
    let mut variables = sandbox.secrets.variables();
    let rest = format!("{url}/_personsig/rest/{}", sandbox.guard.token());
    variables.push((API_URL.to_owned(), rest.into_bytes().into()));
    if arguments.expose && !address.ip().is_loopback() {
        say!(
            "Other machines can reach this sandbox, and through it your app. The page and the API still need the token."
        );
    }
    if sandbox.secrets.real {
        say!("{REAL}");
    }
    let program = match arguments.command.is_empty() {
        true => {
            without_command(&sandbox, &variables, token_is_given);
            None
        }
        false => Some(with_command(&sandbox, &arguments.command, &variables)?),
    };
    // Not before: the command would inherit it, and select(2) fails beyond 1,024.
    allow_many_files();
    let token = if token_is_given { format!("${TOKEN_VARIABLE}") } else { sandbox.guard.token().to_owned() };
    let what = if sandbox.app.is_some() {
        "Your app, with the vendors played by this sandbox:"
    } else {
        "A page to try it with, or pass --app URL:"
    };
    say!("{what:50} {url}");
    say!("{:50} {url}/_personsig/?token={token}", "What it sees:");
    say!(
        "The vendors' script addresses in your pages are replaced; scripts that a tag manager loads are not. Ctrl-C ends it."
    );
    wait(&sandbox, program, arguments.until_ready).await
}

/// In a link, a path, a cookie and a header, each of which would read other characters in its own way.
fn given_token() -> Result<Option<String>, Failure> {
    let is_fit = |token: &str| token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    match env::var_os(TOKEN_VARIABLE).map(OsString::into_string) {
        None => Ok(None),
        Some(Ok(token)) if is_fit(&token) => Ok(Some(token).filter(|token| !token.is_empty())),
        Some(_) => Err(Failure::wrong(
            format!("{TOKEN_VARIABLE} has other characters than letters, digits, -, ., _ and ~"),
            "set it to what 'openssl rand -hex 32' prints, or leave it out",
        )),
    }
}

const REAL: &str = "\
These are the real secrets. What the sandbox cannot catch: a script that a tag manager, Segment or a service worker loads never passes
through it. With Chameleon's real secret, one such page switches enforcement on for every page of the account, for good.";

fn listening(error: io::Error) -> Failure {
    Failure::InputOutput {
        problem: format!("cannot listen: {}", reason(&error)),
        fix: "end what listens there, or pass --listen with another port, such as 127.0.0.1:8788".into(),
    }
}

/// As people write it: `localhost` where that is what it is.
fn url(address: SocketAddr) -> String {
    let local = address.ip() == std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST) || address.ip().is_unspecified();
    match local {
        true => format!("http://localhost:{}", address.port()),
        false => format!("http://{address}"),
    }
}

/// Where a back end finds the REST API that the sandbox plays.
const API_URL: &str = "CHAMELEON_API_URL";

type Variables = [(String, zeroize::Zeroizing<Vec<u8>>)];

/// A token that was given is known to who gave it, and is not printed, since output is kept in logs.
fn without_command(sandbox: &Sandbox, variables: &Variables, token_is_given: bool) {
    if sandbox.secrets.real {
        return;
    }
    say!("Secrets made for this run, which no vendor knows. Set them where your app starts:");
    for (name, value) in variables {
        let value = String::from_utf8_lossy(value);
        match value.strip_suffix(sandbox.guard.token()).filter(|_| token_is_given && name == API_URL) {
            Some(before) => say!("  export {name}=\"{before}${TOKEN_VARIABLE}\""),
            None => say!("  export {name}={value}"),
        }
    }
}

fn with_command(sandbox: &Sandbox, command: &[OsString], variables: &Variables) -> Result<Program, Failure> {
    let program = Program::start(command, variables).map_err(|error| Failure::InputOutput {
        problem: format!("cannot start the command behind '--': {}", reason(&error)),
        fix: "check its name and that it can be found and run".into(),
    })?;
    // Its arguments may hold passwords, and output is kept in logs.
    let name = command.first().map(|name| name.to_string_lossy()).unwrap_or_default();
    let with = if sandbox.secrets.real {
        "with its own environment."
    } else {
        "with secrets made for this run, which no vendor knows."
    };
    say!("Started `{name}` {with}");
    Ok(program)
}

/// How long "ready" must last before `--until-ready` believes it.
const SETTLING: Duration = Duration::from_millis(400);

fn ready(sandbox: &Sandbox) -> Result<bool, Failure> {
    Ok(sandbox.outlooks().map_err(Failure::store)?.ready())
}

/// Until it is ready, its time is over, the command has ended, or somebody ends it.
async fn wait(sandbox: &Arc<Sandbox>, mut program: Option<Program>, until_ready: Option<u32>) -> Result<u8, Failure> {
    let unavailable = |error: io::Error| Failure::InputOutput {
        problem: format!("the system gives no signals: {}", reason(&error)),
        fix: "try again".into(),
    };
    let mut signals = [
        signal(SignalKind::interrupt()).map_err(unavailable)?,
        signal(SignalKind::terminate()).map_err(unavailable)?,
        signal(SignalKind::hangup()).map_err(unavailable)?,
    ];
    let [interrupted, terminated, hung_up] = &mut signals;
    let mut changes = sandbox.changes.subscribe();
    let deadline = until_ready.map(|seconds| tokio::time::Instant::now() + Duration::from_secs(seconds.into()));
    let ended = loop {
        if deadline.is_some() && ready(sandbox)? {
            // The request that made it so gets its answer, and another vendor on the same page its chance to disagree.
            tokio::time::sleep(SETTLING).await;
            if ready(sandbox)? {
                break 0;
            }
        }
        let time_is_over = async {
            match deadline {
                Some(deadline) => tokio::time::sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        let command_ended = async {
            match &mut program {
                Some(program) => program.ended().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = interrupted.recv() => break u8::from(deadline.is_some()),
            _ = terminated.recv() => break u8::from(deadline.is_some()),
            _ = hung_up.recv() => break u8::from(deadline.is_some()),
            () = time_is_over => break 1,
            status = command_ended => {
                let said = status.map_or_else(|error| reason(&error), |status| status.to_string());
                warn!("The command behind '--' has ended ({said}).");
                break u8::from(deadline.is_some() && !ready(sandbox)?);
            }
            _ = changes.changed() => {}
        }
    };
    if deadline.is_some() {
        for outlook in sandbox.outlooks().map_err(Failure::store)?.0 {
            say!("{}: {}", outlook.vendor.title(), outlook.line());
        }
    }
    if let Some(program) = program {
        program.end().await;
    }
    Ok(ended)
}

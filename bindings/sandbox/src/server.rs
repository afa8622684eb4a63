//! Connections, and which part answers what.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{any, get, post};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::call::{Call, page_of, take};
use crate::proxy::{forward, whole};
use crate::rule::Vendor;
use crate::sandbox::Sandbox;
use crate::store::Found;
use crate::{api, page};

/// The largest call of a vendor's script.
const CALL_MAX: usize = 1 << 20;
/// How many connections there may be at once, and how long one may take for a request's head.
const CONNECTIONS_MAX: usize = 4_096;
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// The largest head of a request, and how many headers it may have.
const HEAD_MAX: usize = 64 << 10;
const HEADERS_MAX: usize = 128;

const POST_JS: &str = include_str!("../stand_ins/post.js");
const GOSQUARED_JS: &str = include_str!("../stand_ins/gosquared.js");
const CHAMELEON_JS: &str = include_str!("../stand_ins/chameleon.js");

fn stand_in(source: &str) -> String {
    source.replace("/* post.js */", POST_JS)
}

pub(crate) fn router(sandbox: Arc<Sandbox>) -> Router {
    Router::new()
        .route("/_personsig", get(async || Redirect::permanent("/_personsig/")))
        .route("/_personsig/", get(page::page).post(page::act))
        .route("/_personsig/request/{id}", get(page::request))
        .route("/_personsig/events", get(page::events))
        .route("/_personsig/call", post(take_call))
        .route("/_personsig/report", post(report))
        .route("/_personsig/gosquared/{file}", get(gosquared_script))
        .route("/_personsig/chameleon/{*path}", get(chameleon_script))
        .route("/_personsig/rest/{token}/{*path}", any(api::rest_api))
        .nest("/_personsig/api/v1", api::router(Arc::clone(&sandbox)))
        .fallback(app)
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&sandbox), own_host))
        .with_state(sandbox)
}

/// A request for any other name was led here by somebody else's page (DNS rebinding), or takes this for an open proxy.
async fn own_host(State(sandbox): State<Arc<Sandbox>>, request: Request, next: Next) -> Response {
    let hosts: Vec<_> = request.headers().get_all(header::HOST).iter().collect();
    let host = match hosts.as_slice() {
        [host] => host.to_str().ok().filter(|host| sandbox.guard.is_own_host(host)),
        _ => None,
    };
    let Some(host) = host else {
        let fix = "The sandbox answers for localhost and for the address that it listens on.\n";
        return (StatusCode::MISDIRECTED_REQUEST, fix).into_response();
    };
    let elsewhere = request.uri().authority().is_some_and(|authority| !authority.as_str().eq_ignore_ascii_case(host));
    if elsewhere || request.method() == Method::CONNECT {
        return (StatusCode::MISDIRECTED_REQUEST, "The sandbox is no proxy to elsewhere.\n").into_response();
    }
    next.run(request).await
}

async fn app(State(sandbox): State<Arc<Sandbox>>, request: Request) -> Response {
    let own =
        request.uri().path().strip_prefix("/_personsig").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    match &sandbox.app {
        _ if own => (StatusCode::NOT_FOUND, "The sandbox has no such page.\n").into_response(),
        Some(app) => forward(Arc::clone(&sandbox), app, request).await,
        None if request.uri().path() == "/" => page::trial().await,
        None => (StatusCode::NOT_FOUND, "No app is behind the sandbox: start it with --app URL.\n").into_response(),
    }
}

fn script(text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, text).into_response()
}

async fn gosquared_script(axum::extract::Path(file): axum::extract::Path<String>) -> Response {
    match file.as_str() {
        "tracker.js" | "gosquared.js" => script(stand_in(GOSQUARED_JS)),
        _ => (StatusCode::NOT_FOUND, "GoSquared's scripts are tracker.js and gosquared.js.\n").into_response(),
    }
}

async fn chameleon_script(axum::extract::Path(path): axum::extract::Path<String>) -> Response {
    match path.strip_prefix("messo/").and_then(|rest| rest.split_once('/')) {
        Some((_, "messo.min.js" | "messo.js")) => script(stand_in(CHAMELEON_JS)),
        _ => (StatusCode::NOT_FOUND, "Chameleon's script is messo/TOKEN/messo.min.js.\n").into_response(),
    }
}

/// Who may post, and how much. What a page's script sends comes with its origin. What it sends and is not taken is a
/// problem, since nobody knows whether it was signed.
async fn posted(sandbox: &Sandbox, headers: &HeaderMap, body: Body) -> Result<axum::body::Bytes, Response> {
    if !sandbox.guard.may_post(headers) {
        return Err(api::problem(StatusCode::FORBIDDEN, "only a page of the same origin may post here"));
    }
    match whole(body, CALL_MAX).await {
        Ok(_) if !sandbox.rate.allows() => Err(not_counted(sandbox, headers, StatusCode::TOO_MANY_REQUESTS)),
        Ok(body) => Ok(body),
        Err(status) => Err(not_counted(sandbox, headers, status)),
    }
}

/// Refuses what a page of the same origin has sent, and remembers that it is missing. Of every project, since whose it is
/// was not read.
fn not_counted(sandbox: &Sandbox, headers: &HeaderMap, status: StatusCode) -> Response {
    let (what, fix) = match status {
        StatusCode::TOO_MANY_REQUESTS => (
            "made more calls than the sandbox takes (200 a second), so that some are counted nowhere",
            "Call less often, then press \"Forget what was seen\" and visit the page again.",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => (
            "made a call of more than 1 MB, which is counted nowhere",
            "Send fewer details, then press \"Forget what was seen\" and visit the page again.",
        ),
        StatusCode::BAD_REQUEST => (
            "made a call that cannot be read, which is counted nowhere",
            "Look for a string that is cut in the middle of a character, such as an emoji, then press \"Forget what was seen\" and visit the page again.",
        ),
        StatusCode::REQUEST_TIMEOUT => (
            "made a call that took more than 10 seconds to arrive, which is counted nowhere",
            "Press \"Forget what was seen\" and visit the page again.",
        ),
        _ => (
            "made a call that the sandbox could not keep, which is counted nowhere",
            "Look whether the disk with the file of --state is full, then press \"Forget what was seen\" and visit the page again.",
        ),
    };
    // From another origin the browser sends no path.
    let referer = headers.get(header::REFERER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let page = page_of(sandbox, &path_in(referer));
    for (vendor, project) in sandbox.projects() {
        let found = Found { vendor, project: &project, page: &page, code: "not-counted", warning: false, what, fix };
        let _ = sandbox.store.found(&found);
    }
    sandbox.changed();
    api::problem(status, &format!("the page {what}; {}{}", fix[..1].to_ascii_lowercase(), &fix[1..]))
}

/// The path of an absolute address, and what follows it.
fn path_in(address: &str) -> String {
    address.split_once("://").map_or("", |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..])).to_owned()
}

async fn take_call(State(sandbox): State<Arc<Sandbox>>, headers: HeaderMap, body: Body) -> Response {
    let bytes = match posted(&sandbox, &headers, body).await {
        Ok(bytes) => bytes,
        Err(refused) => return refused,
    };
    let Ok(call) = serde_json::from_slice::<Call>(&bytes) else {
        return not_counted(&sandbox, &headers, StatusCode::BAD_REQUEST);
    };
    let taker = Arc::clone(&sandbox);
    match tokio::task::spawn_blocking(move || take(&taker, call)).await {
        Ok(Ok(answer)) => (answer.status, axum::Json(answer)).into_response(),
        _ => not_counted(&sandbox, &headers, StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// What a browser reports of a policy. <https://www.w3.org/TR/CSP3/#deprecated-serialize-violation>
#[derive(Deserialize)]
struct Report {
    #[serde(rename = "csp-report")]
    violation: Violation,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", default)]
struct Violation {
    blocked_uri: String,
    document_uri: String,
    effective_directive: String,
    violated_directive: String,
    disposition: String,
}

async fn report(State(sandbox): State<Arc<Sandbox>>, headers: HeaderMap, body: Body) -> Response {
    let bytes = match posted(&sandbox, &headers, body).await {
        Ok(bytes) => bytes,
        Err(refused) => return refused,
    };
    let Ok(Report { violation }) = serde_json::from_slice::<Report>(&bytes) else {
        return not_counted(&sandbox, &headers, StatusCode::BAD_REQUEST);
    };
    let page = page_of(&sandbox, &path_in(&violation.document_uri));
    let host =
        violation.blocked_uri.split_once("://").map(|(_, rest)| rest.split(['/', ':', '?']).next().unwrap_or_default());
    let directive = match violation.effective_directive.as_str() {
        "" => &violation.violated_directive,
        directive => directive,
    };
    let enforced = violation.disposition != "report";
    let vendor = host.and_then(|host| sandbox.addresses.vendor(host));
    let ours = path_in(&violation.blocked_uri).starts_with("/_personsig/");
    let found = match (vendor, violation.blocked_uri.as_str()) {
        (Some(vendor), _) if enforced => Some((vendor, "blocked-by-policy", true, BLOCKED)),
        (Some(vendor), _) => Some((vendor, "reaches-vendor", false, REACHES)),
        (None, _) if enforced && ours => {
            let of = if violation.blocked_uri.contains("/gosquared/") { Vendor::GoSquared } else { Vendor::Chameleon };
            Some((of, "blocked-by-policy", false, BLOCKED))
        }
        (None, "inline") if enforced && directive.starts_with("script-src") => {
            Some((Vendor::GoSquared, "inline-blocked", true, INLINE))
        }
        _ => None,
    };
    if let Some((vendor, code, warning, (what, fix))) = found {
        let project =
            sandbox.projects().into_iter().find(|(of, _)| *of == vendor).map(|(_, token)| token).unwrap_or_default();
        let found = Found { vendor, project: &project, page: &page, code, warning, what, fix };
        if sandbox.store.found(&found).is_err() {
            return not_counted(&sandbox, &headers, StatusCode::INTERNAL_SERVER_ERROR);
        }
        if code == "reaches-vendor" && sandbox.first_time(&page, "reaches-vendor") {
            crate::sandbox::warn(format_args!(
                "{page} reaches a host of {} itself, past the sandbox. Find what loads it: a tag manager, Segment, a bundle that joins the address.",
                vendor.title()
            ));
        }
        sandbox.changed();
    }
    StatusCode::NO_CONTENT.into_response()
}

const REACHES: (&str, &str) = (
    "reaches the vendor's own host, past the sandbox",
    "Find what loads it: a tag manager, Segment, or an address that is joined when it runs. With the real secret this may enforce.",
);
const BLOCKED: (&str, &str) = (
    "has the vendor's script or its calls blocked by its Content-Security-Policy",
    "Allow the vendor's hosts in script-src and connect-src, or load the script from one with a nonce and 'strict-dynamic'.",
);
const INLINE: (&str, &str) = (
    "has an inline script blocked by its Content-Security-Policy",
    "If it is the snippet, pass the response's nonce to it.",
);

/// A connection's place among [`CONNECTIONS_MAX`], in the extensions of its requests. It is free when the last one is done
/// with it: a WebSocket is longer there than the HTTP in which it began.
pub(crate) type Place = Arc<OwnedSemaphorePermit>;

/// The places of all listeners together.
pub(crate) fn room() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(CONNECTIONS_MAX))
}

/// Serves connections for ever. One that is broken, slow or too many does no harm to another.
pub(crate) async fn serve(listener: TcpListener, router: Router, room: Arc<Semaphore>) {
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(_) => {
                // Nothing is wrong with the listener: no file handle may be left just now.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else { return };
        let _ = stream.set_nodelay(true);
        let (place, router) = (Place::new(permit), TowerToHyperService::new(router.clone()));
        let service = service_fn(move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert(Place::clone(&place));
            router.call(request)
        });
        tokio::spawn(async move {
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD_WITHIN)
                .max_buf_size(HEAD_MAX)
                .max_headers(HEADERS_MAX)
                .half_close(false)
                .serve_connection(TokioIo::new(stream), service)
                .with_upgrades();
            let _ = connection.await;
        });
    }
}

/// The loopback addresses that `localhost` may mean, so that a browser finds the sandbox whichever it tries first.
pub(crate) fn beside(address: SocketAddr) -> Option<SocketAddr> {
    let v6 = std::net::IpAddr::V6(std::net::Ipv6Addr::LOCALHOST);
    (address.ip() == std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST)).then(|| SocketAddr::new(v6, address.port()))
}

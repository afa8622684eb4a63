//! The reverse proxy in front of the app. The app is not changed; what passes is, as little as can be: the addresses of the
//! vendors' scripts, what a page's policy says of them, and what names the app's own address.

use std::error::Error as _;
use std::io;
use std::sync::Arc;

use askama::Template;
use async_compression::tokio::bufread::{BrotliDecoder, DeflateDecoder, GzipDecoder, ZlibDecoder};
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, Method, StatusCode, Uri, Version};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, TryStreamExt};
use http_body_util::BodyExt;
use hyper::body::Body as _;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader, copy_bidirectional};
use tokio_util::io::{ReaderStream, StreamReader};

use crate::app::{App, HEADERS_MAX};
use crate::call::page_of;
use crate::html::{Markup, Notes};
use crate::policy;
use crate::rewrite::Rewriter;
use crate::rule::Vendor;
use crate::sandbox::Sandbox;
use crate::server::Place;
use crate::store::Found;

/// The largest page that is held back until it is whole, which is done only where its policy has hashes.
const HELD_MAX: usize = 8 << 20;

/// What comes in one piece of at most so many bytes is rewritten in one piece.
const SMALL: u64 = 256 << 10;

/// How many compressions may lie on top of each other. Each is a reader that calls the next one.
const CODINGS_MAX: usize = 4;

/// Headers that concern one connection alone (RFC 9110, section 7.6.1).
const HOP_BY_HOP: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// The page in the app's place while it does not answer.
#[derive(Template)]
#[template(path = "waiting.html")]
struct Waiting {
    app: String,
}

/// The page in the place of an answer that is no HTTP, or too much of it.
#[derive(Template)]
#[template(path = "unreadable.html")]
struct Unreadable {
    app: String,
    headers: usize,
}

pub(crate) async fn forward(sandbox: Arc<Sandbox>, app: &App, mut request: Request) -> Response {
    let authority =
        request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default().to_owned();
    let page = page_of(&sandbox, request.uri().path());
    // It would see every address that the browser opens here, the link with the token among them.
    if request.headers().get("service-worker").is_some() {
        warn(&sandbox, &page, "service-worker");
        return (StatusCode::NOT_FOUND, "The sandbox lets no service worker register.\n").into_response();
    }
    let head = request.method() == Method::HEAD;
    let upgrade = wants_upgrade(request.headers());
    let client_side = upgrade.is_some().then(|| hyper::upgrade::on(&mut request));
    let place = request.extensions_mut().remove::<Place>();
    let outgoing = match outgoing(&sandbox, app, &authority, request, upgrade.as_ref()) {
        Ok(outgoing) => outgoing,
        Err(status) => return status.into_response(),
    };
    let mut response = match app.client.request(outgoing).await {
        Ok(response) => response,
        Err(error) if is_unreadable(&error) => return unreadable(app),
        Err(_) => return unreachable(app),
    };
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        return match client_side {
            Some(client_side) => switched(response.map(Body::new), client_side, place),
            None => StatusCode::BAD_GATEWAY.into_response(),
        };
    }
    drop_hop_by_hop(response.headers_mut());
    map_addresses(&sandbox, app, &page, &authority, response.headers_mut());
    keep_apart(response.headers_mut());
    // The length of an answer to HEAD is that of what GET would give; it is not known here.
    rewritten(sandbox, response.map(Body::new), &authority, page, head).await
}

/// `Upgrade: websocket`, as development servers use it. Nothing else is upgraded.
fn wants_upgrade(headers: &HeaderMap) -> Option<HeaderValue> {
    let connection = headers.get_all(header::CONNECTION).iter().filter_map(|value| value.to_str().ok());
    let asks = connection.flat_map(|value| value.split(',')).any(|name| name.trim().eq_ignore_ascii_case("upgrade"));
    let upgrade = headers.get(header::UPGRADE)?;
    (asks && upgrade.as_bytes().eq_ignore_ascii_case(b"websocket")).then(|| upgrade.clone())
}

/// The request for the app.
fn outgoing(
    sandbox: &Sandbox,
    app: &App,
    authority: &str,
    request: Request,
    upgrade: Option<&HeaderValue>,
) -> Result<Request, StatusCode> {
    let (mut parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
    let uri = Uri::builder().scheme(app.scheme.clone()).authority(app.authority.clone()).path_and_query(path);
    parts.uri = uri.build().map_err(|_| StatusCode::BAD_REQUEST)?;
    parts.version = Version::HTTP_11;
    parts.extensions.clear();
    let headers = &mut parts.headers;
    // Where both are there, the length means nothing (RFC 9112, section 6.3).
    let is_chunked = headers.contains_key(header::TRANSFER_ENCODING);
    if is_chunked {
        headers.remove(header::CONTENT_LENGTH);
    }
    drop_hop_by_hop(headers);
    if is_chunked {
        // hyper sends no body with GET and HEAD unless it is told to.
        headers.insert(header::TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
    }
    if let Some(upgrade) = upgrade {
        headers.insert(header::UPGRADE, upgrade.clone());
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    }
    // Answered here, when the body is asked for.
    headers.remove(header::EXPECT);
    let credentials: Vec<_> = headers.get_all(header::AUTHORIZATION).iter().cloned().collect();
    headers.remove(header::AUTHORIZATION);
    for value in credentials.into_iter().filter(|value| !sandbox.guard.is_bearer(value)) {
        headers.append(header::AUTHORIZATION, value);
    }
    let cookies: Vec<_> = headers.get_all(header::COOKIE).iter().cloned().collect();
    headers.remove(header::COOKIE);
    for cookie in cookies {
        let kept = sandbox.guard.without_cookie(cookie.as_bytes());
        if let (false, Ok(kept)) = (kept.is_empty(), HeaderValue::from_bytes(&kept)) {
            headers.append(header::COOKIE, kept);
        }
    }
    accept_what_can_be_read(headers);
    if app.rewrite_host {
        for name in [header::ORIGIN, header::REFERER] {
            let text = headers.get(&name).map(text).unwrap_or_default();
            // Another site's stays: an app that compares origins must see who asks.
            if let Some(path) = behind_origin(&text, authority) {
                let changed = value(&format!("{}{path}", app.url()));
                headers.insert(name, changed);
            }
        }
        headers.insert(header::HOST, value(app.authority.as_str()));
    }
    Ok(Request::from_parts(parts, body))
}

/// What an address has behind the origin of this authority. None where it is of another origin.
fn behind_origin<'a>(address: &'a str, authority: &str) -> Option<&'a str> {
    let (scheme, rest) = address.split_once("://")?;
    if !["http", "https"].iter().any(|own| scheme.eq_ignore_ascii_case(own)) {
        return None;
    }
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    host.eq_ignore_ascii_case(authority).then_some(path)
}

/// Of the compressions that the browser knows, those that can be undone here.
fn accept_what_can_be_read(headers: &mut HeaderMap) {
    let Some(accepted) = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()) else { return };
    let known = |coding: &&str| {
        let name = coding.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        ["gzip", "x-gzip", "deflate", "br", "identity"].contains(&name.as_str())
    };
    let kept = accepted.split(',').filter(known).map(str::trim).collect::<Vec<_>>().join(", ");
    headers.insert(header::ACCEPT_ENCODING, value(if kept.is_empty() { "identity" } else { &kept }));
}

/// A header's value with each byte as one character, as browsers read it: what is no ASCII passes as it is.
/// <https://infra.spec.whatwg.org/#isomorphic-decode>
fn text(value: &HeaderValue) -> String {
    value.as_bytes().iter().copied().map(char::from).collect()
}

/// The same back.
fn value(text: &str) -> HeaderValue {
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(c).ok()).collect();
    bytes.and_then(|bytes| HeaderValue::from_bytes(&bytes).ok()).unwrap_or(HeaderValue::from_static(""))
}

fn drop_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    // Whatever a connection says, a request has a host.
    for name in named.into_iter().filter(|name| name != header::HOST) {
        headers.remove(name);
    }
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
}

/// A WebSocket: from now on bytes go both ways, unread. It keeps its connection's place.
fn switched(mut response: Response, client_side: hyper::upgrade::OnUpgrade, place: Option<Place>) -> Response {
    let app_side = hyper::upgrade::on(&mut response);
    tokio::spawn(async move {
        if let (Ok(client), Ok(app)) = tokio::join!(client_side, app_side) {
            let _ = copy_bidirectional(&mut TokioIo::new(client), &mut TokioIo::new(app)).await;
        }
        drop(place);
    });
    let (parts, _) = response.into_parts();
    Response::from_parts(parts, Body::empty())
}

/// What names the app's own address names the sandbox's.
fn map_addresses(sandbox: &Sandbox, app: &App, page: &str, authority: &str, headers: &mut HeaderMap) {
    for name in [header::LOCATION, header::CONTENT_LOCATION, header::ACCESS_CONTROL_ALLOW_ORIGIN] {
        let Some(text) = headers.get(&name).map(text) else { continue };
        if let Some(mapped) = app.mapped(&text, authority) {
            headers.insert(name, value(&mapped));
        } else if name == header::LOCATION && app.comes_back(&text) {
            warn(sandbox, page, "fixed-callback");
        }
    }
    let refresh = headers.get(header::REFRESH).map(text);
    if let Some((before, address, after)) = refresh.as_deref().and_then(refreshed)
        && let Some(mapped) = app.mapped(address, authority)
    {
        headers.insert(header::REFRESH, value(&format!("{before}{mapped}{after}")));
    }
    let cookies: Vec<_> = headers.get_all(header::SET_COOKIE).iter().cloned().collect();
    headers.remove(header::SET_COOKIE);
    for cookie in cookies {
        let text = text(&cookie);
        let attributes = || text.split(';').skip(1).map(str::trim);
        if attributes().any(|attribute| attribute.eq_ignore_ascii_case("secure")) {
            warn(sandbox, page, "secure-cookie");
        }
        // The sandbox's host is another one; without the attribute a cookie is its host's own.
        let name = |part: &str| part.split('=').next().unwrap_or_default().trim().to_ascii_lowercase();
        let parts = text.split(';').enumerate();
        // The first is the cookie, whatever its name.
        let kept =
            parts.filter(|(at, part)| *at == 0 || name(part) != "domain").map(|(_, part)| part).collect::<Vec<_>>();
        let kept = kept.join(";");
        headers.append(header::SET_COOKIE, value(&kept));
    }
    // The browser asked over http.
    headers.remove(header::STRICT_TRANSPORT_SECURITY);
}

/// The address of a refresh, and what stands before and behind it.
/// <https://html.spec.whatwg.org/multipage/semantics.html#shared-declarative-refresh-steps>
fn refreshed(text: &str) -> Option<(&str, &str, &str)> {
    let rest = &text[text.find([';', ','])? + 1..];
    let name = rest.trim_ascii_start().get(..3).filter(|name| name.eq_ignore_ascii_case("url"));
    let rest = match name {
        Some(_) => rest.trim_ascii_start()[3..].trim_ascii_start().strip_prefix('=')?,
        None => rest,
    };
    let rest = rest.trim_ascii_start();
    let (address, after) = match rest.chars().next().filter(|first| matches!(first, '"' | '\'')) {
        Some(quote) => rest[1..].split_at(rest[1..].find(quote).unwrap_or(rest.len() - 1)),
        None => (rest, ""),
    };
    Some((&text[..text.len() - address.len() - after.len()], address, after))
}

/// A window that opens another one may look into it where both have the same origin and the same opener policy, as the
/// sandbox's page would have with an app's `same-origin`. With COEP a page is isolated, and that is a policy of its own.
/// <https://html.spec.whatwg.org/multipage/browsers.html#matching-coop>
fn keep_apart(headers: &mut HeaderMap) {
    let is = |value: &HeaderValue, names: &[&str]| {
        let name = value.to_str().ok().and_then(|value| value.split(';').next()).unwrap_or_default();
        names.contains(&name.trim())
    };
    let embedder: Vec<_> = headers.get_all("cross-origin-embedder-policy").iter().collect();
    if matches!(embedder.as_slice(), [one] if is(one, &["require-corp", "credentialless"])) {
        return;
    }
    for value in headers.iter_mut().filter(|(name, _)| *name == "cross-origin-opener-policy").map(|(_, value)| value) {
        if is(value, &["same-origin"]) {
            *value = HeaderValue::from_static("same-origin-allow-popups");
        }
    }
}

/// What the proxy cannot make right: warnings are said once for each page.
fn warn(sandbox: &Sandbox, page: &str, code: &'static str) {
    let (what, fix) = match code {
        "service-worker" => (
            "is a service worker, which the sandbox does not let the app register: it would stand between you and this page",
            "Nothing to do, unless one of an earlier day is still there: unregister it in the browser's developer tools.",
        ),
        "fixed-callback" => (
            "sends the browser to a login that comes back to the app's own port, past the sandbox",
            "Add the sandbox's address to the allowed callbacks of your login provider and to your app's settings, or log in on the app's port first and then reload here.",
        ),
        "secure-cookie" => (
            "sets a Secure cookie, which Safari drops over http",
            "Test in Chromium or Firefox, which take it on localhost, or leave Secure out on your own machine.",
        ),
        "cacheable" => ("has a signature and may be cached", "Send it with Cache-Control: private, no-store."),
        "secret-in-page" => {
            ("shows a secret to the browser", "Sign on the server. The secret must never be in a page or a script.")
        }
        "integrity" => (
            "has subresource hashes on scripts, which the sandbox took off, since it changes scripts",
            "Nothing to do for your own scripts. A vendor's script changes without notice: leave the hash off there.",
        ),
        "unknown-coding" => (
            "is compressed in a way that the sandbox did not ask for and cannot undo, so vendors' addresses in it stay",
            "Let the app compress with gzip, deflate or br, or with what Accept-Encoding asks for.",
        ),
        "too-large-for-hashes" => (
            "is too large for the sandbox to mend the hashes in its policy",
            "Its inline scripts may be blocked here. Use a nonce.",
        ),
        _ => return,
    };
    // Only what shows a secret keeps the verdict from being ready; it is counted whenever it does.
    let warning = code != "secret-in-page";
    if !warning || sandbox.first_time(page, code) {
        for vendor in Vendor::ALL {
            if let Some(project) = sandbox.secrets.projects.iter().find(|project| project.vendor == vendor) {
                let project = &project.token;
                let _ = sandbox.store.found(&Found { vendor, project, page, code, warning, what, fix });
            }
        }
        sandbox.changed();
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Html,
    Script,
}

fn kind(status: StatusCode, headers: &HeaderMap) -> Option<Kind> {
    // A 304 need not repeat the type of the page whose policy it renews.
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        return (status == StatusCode::NOT_MODIFIED).then_some(Kind::Html);
    };
    match text(value).split(';').next()?.trim().to_ascii_lowercase().as_str() {
        "text/html" | "text/vnd.turbo-stream.html" => Some(Kind::Html),
        "application/xhtml+xml"
        | "text/javascript"
        | "application/javascript"
        | "application/x-javascript"
        | "application/ecmascript"
        | "text/ecmascript" => Some(Kind::Script),
        _ => None,
    }
}

/// HTML and JavaScript with the vendors' addresses replaced; everything else as it is.
async fn rewritten(sandbox: Arc<Sandbox>, response: Response, authority: &str, page: String, head: bool) -> Response {
    let Some(kind) = kind(response.status(), response.headers()) else { return response };
    let (mut parts, body) = response.into_parts();
    let policies = policies(&parts.headers);
    let hashes = kind == Kind::Html && policies.iter().any(|(_, value)| policy::has_hashes(value));
    if hashes && parts.status == StatusCode::NOT_MODIFIED {
        // A cache gives its page the headers that come now (RFC 9111, section 4.3.4). It keeps the ones that came with the
        // page, which alone have the hashes of its changed scripts.
        POLICIES.iter().for_each(|name| drop(parts.headers.remove(*name)));
    } else if kind == Kind::Html {
        set_policies(&sandbox, &mut parts.headers, &policies, &[]);
    }
    let empty = head || matches!(parts.status, StatusCode::NOT_MODIFIED | StatusCode::NO_CONTENT);
    if empty || parts.status == StatusCode::PARTIAL_CONTENT {
        return Response::from_parts(parts, body);
    }
    let Some(codings) = codings(&parts.headers) else {
        warn(&sandbox, &page, "unknown-coding");
        return Response::from_parts(parts, body);
    };
    for name in [
        "content-length",
        "content-encoding",
        "content-md5",
        "digest",
        "content-digest",
        "repr-digest",
        "accept-ranges",
    ] {
        parts.headers.remove(name);
    }
    // Changed content is the same only weakly (RFC 9110, section 8.8.1).
    let strong = parts.headers.get(header::ETAG).filter(|etag| etag.as_bytes().starts_with(b"\""));
    if let Some(Ok(weak)) = strong.map(|etag| HeaderValue::from_bytes(&[b"W/", etag.as_bytes()].concat())) {
        parts.headers.insert(header::ETAG, weak);
    }
    let stored = parts.headers.get_all(header::CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let stored = !stored.flat_map(|value| value.split(',')).any(|part| part.trim().eq_ignore_ascii_case("no-store"));
    let rewriter = Rewriter::new(Arc::clone(&sandbox.addresses), authority);
    let markup = || Some(Markup::new(Arc::clone(&sandbox.addresses), authority, hashes));
    let plain = codings.iter().all(|coding| matches!(coding, Coding::Identity));
    if plain && !hashes && body.size_hint().exact().is_some_and(|length| length <= SMALL) {
        let Ok(text) = body.collect().await.map(|body| body.to_bytes()) else {
            return StatusCode::BAD_GATEWAY.into_response();
        };
        let mut stage = Stage { markup: None, rewriter };
        let (mut out, mut notes) = stage.whole(&text);
        if kind == Kind::Html && stage.rewriter.seen.markup {
            stage = Stage { markup: markup(), rewriter: Rewriter::new(Arc::clone(&sandbox.addresses), authority) };
            (out, notes) = stage.whole(&text);
        }
        noted(&sandbox, &page, stored, &stage, &notes);
        return Response::from_parts(parts, Body::from(out));
    }
    let body = decoded(&codings, body);
    let stage = Stage { markup: (kind == Kind::Html).then(markup).flatten(), rewriter };
    if !hashes {
        return Response::from_parts(parts, streamed(sandbox, page, stored, body, stage));
    }
    held(sandbox, parts, policies, page, stored, body, stage).await
}

const POLICIES: [&str; 2] = ["content-security-policy", "content-security-policy-report-only"];

fn policies(headers: &HeaderMap) -> Vec<(&'static str, String)> {
    let values =
        |name| headers.get_all(name).iter().filter_map(move |value| Some((name, value.to_str().ok()?.to_owned())));
    POLICIES.into_iter().flat_map(values).collect()
}

/// The page's policies for the browser, and one that reports vendors' hosts.
fn set_policies(
    sandbox: &Sandbox,
    headers: &mut HeaderMap,
    policies: &[(&'static str, String)],
    hashes: &[(String, String)],
) {
    let [enforced, report_only] = POLICIES.map(HeaderName::from_static);
    for name in [&enforced, &report_only] {
        // What is not ASCII is not understood here, and stays.
        let kept: Vec<_> = headers.get_all(name).iter().filter(|value| value.to_str().is_err()).cloned().collect();
        headers.remove(name);
        for value in kept {
            headers.append(name, value);
        }
    }
    for (name, value) in policies {
        let is_enforced = *name == POLICIES[0];
        let mut add = |name: &HeaderName, text: String| {
            if let (false, Ok(value)) = (text.is_empty(), HeaderValue::from_str(&text)) {
                headers.append(name, value);
            }
        };
        let name = if is_enforced { &enforced } else { &report_only };
        add(name, policy::rewritten(value, &sandbox.addresses, hashes, is_enforced));
        if is_enforced && policy::reports_to_a_group(value) {
            // The group is the app's own: the sandbox has the same violations reported by another policy.
            let without = value.split(';').filter(|part| !part.trim().to_ascii_lowercase().starts_with("report-"));
            let without = without.collect::<Vec<_>>().join(";");
            add(&report_only, policy::rewritten(&without, &sandbox.addresses, hashes, true));
        }
    }
    headers.append(&report_only, value(&policy::watch()));
}

type Decoded = Box<dyn AsyncRead + Send + Unpin>;
type Encoded = Box<dyn AsyncBufRead + Send + Unpin>;

/// How the body is compressed. None where it is so in a way that was not asked for, or too often.
fn codings(headers: &HeaderMap) -> Option<Vec<Coding>> {
    let values = headers.get_all(header::CONTENT_ENCODING).iter().map(|value| value.to_str().ok());
    let values = values.collect::<Option<Vec<_>>>()?;
    let coding = |name: &str| match name.trim().to_ascii_lowercase().as_str() {
        "gzip" | "x-gzip" => Some(Coding::Gzip),
        "deflate" => Some(Coding::Deflate),
        "br" => Some(Coding::Brotli),
        "identity" | "" => Some(Coding::Identity),
        _ => None,
    };
    let codings: Vec<_> = values.into_iter().flat_map(|value| value.split(',')).map(coding).collect::<Option<_>>()?;
    (codings.len() <= CODINGS_MAX).then_some(codings)
}

#[derive(Clone, Copy)]
enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Identity,
}

/// The body as it was before it was compressed.
fn decoded(codings: &[Coding], body: Body) -> Decoded {
    let stream = TryStreamExt::map_err(body.into_data_stream(), io::Error::other);
    let encoded: Encoded = Box::new(StreamReader::new(stream));
    Box::new(codings.iter().rev().fold(encoded, |reader, coding| undone(*coding, reader)))
}

/// One compression less, as browsers take it: nothing at all is an empty body, and deflate may come without zlib around it
/// (RFC 9110, section 8.4.1.2).
fn undone(coding: Coding, mut reader: Encoded) -> Encoded {
    let begun = async move {
        let first = reader.fill_buf().await?.first().copied();
        let reader: Encoded = match (coding, first) {
            (Coding::Identity, _) | (_, None) => reader,
            (Coding::Gzip, _) => gunzipped(reader),
            // The method of a zlib header is 8; no encoder begins raw deflate so.
            (Coding::Deflate, Some(first)) if first & 15 == 8 => Box::new(BufReader::new(ZlibDecoder::new(reader))),
            (Coding::Deflate, _) => Box::new(BufReader::new(DeflateDecoder::new(reader))),
            (Coding::Brotli, _) => Box::new(BufReader::new(BrotliDecoder::new(reader))),
        };
        Ok::<_, io::Error>(ReaderStream::new(reader))
    };
    Box::new(StreamReader::new(Box::pin(futures_util::stream::once(begun).try_flatten())))
}

/// Each member in turn (RFC 1952, section 2.2). What follows the last one is padding, which browsers ignore.
fn gunzipped(reader: Encoded) -> Encoded {
    let pieces = futures_util::stream::try_unfold(GzipDecoder::new(reader), |mut member| async move {
        loop {
            let mut piece = Vec::with_capacity(16 << 10);
            if member.read_buf(&mut piece).await? > 0 {
                return Ok::<_, io::Error>(Some((Bytes::from(piece), member)));
            }
            let mut rest = member.into_inner();
            if rest.fill_buf().await?.first() != Some(&0x1f) {
                return Ok(None);
            }
            member = GzipDecoder::new(rest);
        }
    });
    Box::new(StreamReader::new(Box::pin(pieces)))
}

/// What a body goes through: markup first, whose scripts may have hashes, then the addresses everywhere.
struct Stage {
    markup: Option<Markup>,
    rewriter: Rewriter,
}

impl Stage {
    fn push(&mut self, chunk: &[u8]) -> Vec<u8> {
        match &mut self.markup {
            Some(markup) => self.rewriter.push(&markup.push(chunk)),
            None => self.rewriter.push(chunk),
        }
    }

    fn whole(&mut self, text: &[u8]) -> (Vec<u8>, Notes) {
        let mut out = self.push(text);
        let (rest, notes) = self.finish();
        out.extend(rest);
        (out, notes)
    }

    fn finish(&mut self) -> (Vec<u8>, Notes) {
        let (rest, notes) = self.markup.take().map(Markup::finish).unwrap_or_default();
        let mut out = self.rewriter.push(&rest);
        out.extend(self.rewriter.finish());
        (out, notes)
    }
}

/// What a body's end tells of the page.
fn noted(sandbox: &Sandbox, page: &str, stored: bool, stage: &Stage, notes: &Notes) {
    let seen = stage.rewriter.seen;
    if seen.signature && stored {
        warn(sandbox, page, "cacheable");
    }
    if seen.secret {
        warn(sandbox, page, "secret-in-page");
    }
    if notes.integrity {
        warn(sandbox, page, "integrity");
    }
}

/// Passes a body on as it comes.
fn streamed(sandbox: Arc<Sandbox>, page: String, stored: bool, body: Decoded, stage: Stage) -> Body {
    let pieces = ReaderStream::with_capacity(body, 16 << 10);
    let state = Some((pieces, stage, sandbox, page));
    Body::from_stream(futures_util::stream::unfold(state, move |state| async move {
        let (mut pieces, mut stage, sandbox, page) = state?;
        loop {
            match pieces.next().await {
                Some(Ok(piece)) => {
                    let out = stage.push(&piece);
                    if !out.is_empty() {
                        return Some((Ok(Bytes::from(out)), Some((pieces, stage, sandbox, page))));
                    }
                }
                Some(Err(error)) => return Some((Err(error), None)),
                None => {
                    let (out, notes) = stage.finish();
                    noted(&sandbox, &page, stored, &stage, &notes);
                    return Some((Ok(Bytes::from(out)), None));
                }
            }
        }
    }))
}

/// Holds a page back until it is whole, since its policy, which goes first, names the hashes of scripts that change.
async fn held(
    sandbox: Arc<Sandbox>,
    mut parts: axum::http::response::Parts,
    policies: Vec<(&'static str, String)>,
    page: String,
    stored: bool,
    body: Decoded,
    mut stage: Stage,
) -> Response {
    let mut pieces = ReaderStream::with_capacity(body, 16 << 10);
    let mut out = Vec::new();
    while let Some(piece) = pieces.next().await {
        match piece {
            Ok(piece) => out.extend(stage.push(&piece)),
            Err(_) => return StatusCode::BAD_GATEWAY.into_response(),
        }
        if out.len() > HELD_MAX {
            warn(&sandbox, &page, "too-large-for-hashes");
            let ready = futures_util::stream::once(async move { Ok::<_, io::Error>(Bytes::from(out)) });
            let rest = streamed(sandbox, page, stored, Box::new(StreamReader::new(pieces)), stage);
            let rest = TryStreamExt::map_err(rest.into_data_stream(), io::Error::other);
            let rest = Body::from_stream(ready.chain(rest));
            return Response::from_parts(parts, rest);
        }
    }
    let (rest, notes) = stage.finish();
    out.extend(rest);
    noted(&sandbox, &page, stored, &stage, &notes);
    set_policies(&sandbox, &mut parts.headers, &policies, &notes.hashes);
    Response::from_parts(parts, Body::from(out))
}

/// The app does not answer: perhaps it is still starting.
fn unreachable(app: &App) -> Response {
    let html = Waiting { app: app.url() }.render().unwrap_or_default();
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::REFRESH, "1"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (StatusCode::BAD_GATEWAY, headers, html).into_response()
}

/// Whether the app answered, but not in HTTP that can be read.
fn is_unreadable(error: &hyper_util::client::legacy::Error) -> bool {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<hyper::Error>());
    cause.is_some_and(hyper::Error::is_parse)
}

/// Asking again would not help.
fn unreadable(app: &App) -> Response {
    let html = Unreadable { app: app.url(), headers: HEADERS_MAX }.render().unwrap_or_default();
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (StatusCode::BAD_GATEWAY, headers, html).into_response()
}

/// Reads a whole body, up to a limit; None where it is longer, slower or broken.
pub(crate) async fn whole(body: Body, most: usize) -> Result<Bytes, StatusCode> {
    let limited = http_body_util::Limited::new(body, most);
    match tokio::time::timeout(std::time::Duration::from_secs(10), limited.collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Ok(Err(_)) => Err(StatusCode::BAD_REQUEST),
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use axum::http::header::{self, HeaderValue};

    use super::{accept_what_can_be_read, drop_hop_by_hop, wants_upgrade};

    #[test]
    fn headers_of_one_connection_end_there() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "close, X-Mine"),
            ("x-mine", "1"),
            ("te", "trailers"),
            ("x-other", "2"),
            ("proxy-authorization", "Basic x"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        drop_hop_by_hop(&mut headers);
        assert_eq!(headers.keys().map(|name| name.as_str()).collect::<Vec<_>>(), ["x-other"]);
    }

    #[test]
    fn only_a_websocket_is_upgraded() {
        let asks = |upgrade: &'static str, connection: &'static str| {
            let pairs = [(header::UPGRADE, upgrade), (header::CONNECTION, connection)];
            let headers = pairs.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect();
            wants_upgrade(&headers).is_some()
        };
        assert!(asks("websocket", "Upgrade"));
        assert!(asks("WebSocket", "keep-alive, Upgrade"));
        assert!(!asks("h2c", "Upgrade, HTTP2-Settings"));
        assert!(!asks("websocket", "keep-alive"));
    }

    #[test]
    fn only_compressions_that_can_be_undone_are_asked_for() {
        for (given, becomes) in
            [("gzip, deflate, br, zstd", "gzip, deflate, br"), ("zstd", "identity"), ("gzip;q=0.5, dcb", "gzip;q=0.5")]
        {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(given));
            accept_what_can_be_read(&mut headers);
            assert_eq!(headers[header::ACCEPT_ENCODING], becomes);
        }
    }
}

//! The page: rendered here, complete without JavaScript, live with it. Every value is escaped.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::Form;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{Html, IntoResponse, Response};
use futures_util::stream::{self, Stream};
use serde::Deserialize;
use serde_json::json;

use crate::api::{Asked, set_secure_mode};
use crate::app::App;
use crate::guard::is_navigation;
use crate::judge::{Judged, Reason, Shown, judge, now};
use crate::rule::{Effect, Vendor, Verdict};
use crate::sandbox::Sandbox;
use crate::secrets::random;
use crate::store::{Kept, Page, Problem};
use crate::verdict::{Outlook, Outlooks};

/// How many requests the page lists.
const LISTED: i64 = 50;
/// The shortest time between two updates.
const PAUSE: Duration = Duration::from_millis(250);

#[derive(Template)]
#[template(path = "page.html")]
struct Whole<'a> {
    nonce: &'a str,
    key: &'a str,
    app: Option<String>,
    real: bool,
    asked: &'a Asked,
    query: String,
    sections: Sections,
    handshake: Handshake,
    projects: Vec<(Vendor, String)>,
}

/// The parts that change by themselves.
struct Sections {
    verdict: String,
    pages: String,
    requests: String,
    state: String,
}

#[derive(Template)]
#[template(path = "verdict.html")]
struct VerdictPart {
    outlooks: Vec<Outlook>,
    warnings: Vec<Problem>,
}

/// A page, and what is to be said of it.
type Noted = (Page, Vec<Problem>);

#[derive(Template)]
#[template(path = "pages.html")]
struct PagesPart {
    tables: Vec<(Vendor, String, Vec<Noted>)>,
}

#[derive(Template)]
#[template(path = "requests.html")]
struct RequestsPart {
    requests: Vec<Kept>,
}

#[derive(Template)]
#[template(path = "state.html")]
struct StatePart<'a> {
    outlooks: Vec<Outlook>,
    key: &'a str,
}

#[derive(Template)]
#[template(path = "request.html")]
struct One<'a> {
    nonce: &'a str,
    kept: Kept,
    detail: String,
    signed: Option<String>,
}

#[derive(Template)]
#[template(path = "locked.html")]
struct Locked<'a> {
    nonce: &'a str,
    /// Whether the browser has the cookie and yet no window shows the answer.
    between: bool,
}

#[derive(Template)]
#[template(path = "trial.html")]
pub(crate) struct Trial<'a> {
    nonce: &'a str,
}

/// What somebody has filled in, and what came of it.
#[derive(Default)]
struct Handshake {
    uid: String,
    project: String,
    verdict: Option<Verdict>,
    reasons: Vec<Reason>,
}

impl Handshake {
    /// The id as a shell takes it, in a line that is there to be copied.
    fn argument(&self) -> String {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '@' | '.' | '_' | '-' | '+' | ':');
        let end = if self.uid.starts_with('-') { "-- " } else { "" };
        match self.uid.as_str() {
            "" => "123456".to_owned(),
            uid if uid.chars().all(is_plain) => format!("{end}{uid}"),
            uid => format!("{end}'{}'", uid.replace('\'', r"'\''")),
        }
    }
}

mod filters {
    use askama::{Result, Values};

    /// The time of day in UTC.
    #[askama::filter_fn]
    pub(super) fn clock(time: &i64, _: &dyn Values) -> Result<String> {
        let day = time.rem_euclid(86_400);
        Ok(format!("{:02}:{:02}:{:02}", day / 3_600, day / 60 % 60, day % 60))
    }

    /// How long, roughly.
    #[askama::filter_fn]
    pub(super) fn age(seconds: &i64, _: &dyn Values) -> Result<String> {
        Ok(match seconds {
            ..120 => format!("{seconds} s"),
            ..7_200 => format!("{} min", seconds / 60),
            ..172_800 => format!("{} h", seconds / 3_600),
            _ => format!("{} days", seconds / 86_400),
        })
    }
}

impl Kept {
    /// What became of it, in words.
    fn outcome(&self) -> &'static str {
        match (self.effect, self.would_be_ignored, self.enforces) {
            (Effect::Accepted, _, true) => "accepted, and would have switched enforcement on",
            (Effect::Tracked, true, _) => "tracked, would be ignored with Secure Mode on",
            (effect, ..) => effect.name(),
        }
    }

    fn state(&self) -> &'static str {
        match (self.effect, self.verdict, self.would_be_ignored) {
            (Effect::Ignored | Effect::Rejected, ..) | (_, Verdict::Wrong, _) => "bad",
            (_, Verdict::Unsigned, _) | (.., true) => "poor",
            (_, Verdict::Valid, _) => "good",
            _ => "plain",
        }
    }
}

impl Outlook {
    fn state(&self) -> &'static str {
        match (self.ready(), self.problems.is_empty()) {
            (true, _) => "good",
            (false, true) => "plain",
            (false, false) => "bad",
        }
    }
}

fn sections(sandbox: &Sandbox, asked: &Asked) -> rusqlite::Result<Sections> {
    let Outlooks(outlooks) = sandbox.outlooks()?;
    let mut tables = Vec::new();
    for outlook in &outlooks {
        let of = |page: &Page| {
            let all = outlook.problems.iter().chain(&outlook.warnings);
            all.filter(|problem| problem.page == page.page).cloned().collect::<Vec<_>>()
        };
        let rows: Vec<_> = outlook.pages.iter().map(|page| (page.clone(), of(page))).collect();
        if !rows.is_empty() {
            tables.push((outlook.vendor, outlook.project.clone(), rows));
        }
    }
    // What is said of a page is kept for both vendors.
    let mut warnings: Vec<Problem> = Vec::new();
    for warning in outlooks.iter().flat_map(|outlook| &outlook.warnings) {
        if !warnings.iter().any(|said| said.page == warning.page && said.code == warning.code) {
            warnings.push(warning.clone());
        }
    }
    let requests = sandbox.store.requests(&asked.filter(), LISTED)?;
    let render = |text: askama::Result<String>| text.unwrap_or_default();
    Ok(Sections {
        verdict: render(VerdictPart { outlooks: outlooks.clone(), warnings }.render()),
        pages: render(PagesPart { tables }.render()),
        requests: render(RequestsPart { requests }.render()),
        state: render(StatePart { outlooks, key: &sandbox.guard.page_key }.render()),
    })
}

/// Whoever has the link of the start gets the cookie and an address without the token.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Link {
    token: Option<String>,
}

/// What cannot be read asks for nothing; axum's own answers repeat it.
type Asking<T> = Result<Query<T>, QueryRejection>;

fn understood<T: Default>(asking: Asking<T>) -> T {
    asking.map(|Query(asked)| asked).unwrap_or_default()
}

pub(crate) async fn page(
    State(sandbox): State<Arc<Sandbox>>,
    link: Asking<Link>,
    asked: Asking<Asked>,
    headers: HeaderMap,
) -> Response {
    let (link, asked) = (understood(link), understood(asked));
    if link.token.is_some_and(|token| sandbox.guard.is_token(&token)) {
        let cookie = HeaderValue::from_str(&sandbox.guard.set_cookie()).unwrap_or(HeaderValue::from_static(""));
        let to = [(header::LOCATION, HeaderValue::from_static("/_personsig/")), (header::SET_COOKIE, cookie)];
        return (StatusCode::SEE_OTHER, to, secured("")).into_response();
    }
    if !sandbox.guard.may_see_page(&headers) {
        return locked(&sandbox, &headers);
    }
    shown(&sandbox, &asked, Handshake::default())
}

fn shown(sandbox: &Sandbox, asked: &Asked, handshake: Handshake) -> Response {
    let nonce = &random()[..32];
    let Ok(sections) = sections(sandbox, asked) else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let query = serde_json::to_value([&asked.vendor, &asked.verdict, &asked.page, &asked.user_id]);
    let whole = Whole {
        nonce,
        key: &sandbox.guard.page_key,
        app: sandbox.app.as_ref().map(App::url),
        real: sandbox.secrets.real,
        asked,
        query: query.map(in_script).unwrap_or_default(),
        sections,
        handshake,
        projects: sandbox.projects(),
    };
    rendered(StatusCode::OK, nonce, whole.render())
}

fn rendered(status: StatusCode, nonce: &str, html: askama::Result<String>) -> Response {
    match html {
        Ok(html) => (status, secured(nonce), Html(html)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn locked(sandbox: &Sandbox, headers: &HeaderMap) -> Response {
    let nonce = &random()[..32];
    let between = sandbox.guard.has_cookie(headers) && !is_navigation(headers);
    rendered(StatusCode::UNAUTHORIZED, nonce, Locked { nonce, between }.render())
}

/// What keeps the app's scripts out, though they are of the same origin: nobody frames the page, no window that opened it
/// can look into it, and it runs nothing but its own.
fn secured(nonce: &str) -> [(HeaderName, HeaderValue); 6] {
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src data:; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    let fixed = HeaderValue::from_static;
    [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_str(&policy).unwrap_or(fixed("default-src 'none'"))),
        (HeaderName::from_static("cross-origin-opener-policy"), fixed("same-origin")),
        (HeaderName::from_static("cross-origin-resource-policy"), fixed("same-origin")),
        // Not "no-referrer", under which browsers send forms with `Origin: null`.
        (header::REFERRER_POLICY, fixed("same-origin")),
        (header::X_CONTENT_TYPE_OPTIONS, fixed("nosniff")),
        (header::CACHE_CONTROL, fixed("private, no-store")),
    ]
}

pub(crate) async fn request(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    if !sandbox.guard.may_see_page(&headers) {
        return locked(&sandbox, &headers);
    }
    let nonce = &random()[..32];
    match sandbox.store.request(id.parse().unwrap_or_default()) {
        Ok(Some(kept)) => {
            let detail = serde_json::to_string_pretty(&kept.detail).unwrap_or_default();
            let signed = kept.signed_at.map(|at| format!("{at}, {} s before the request", kept.time - at));
            rendered(StatusCode::OK, nonce, One { nonce, detail, signed, kept }.render())
        }
        Ok(None) => {
            (StatusCode::NOT_FOUND, secured(nonce), "No such request: only the last 10,000 are kept.").into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// What the page's forms ask for.
#[derive(Debug, Deserialize)]
pub(crate) struct Wish {
    key: String,
    act: String,
    #[serde(default)]
    project: String,
    #[serde(default)]
    uid: String,
    #[serde(default)]
    uid_hash: String,
}

pub(crate) async fn act(
    State(sandbox): State<Arc<Sandbox>>,
    headers: HeaderMap,
    wish: Result<Form<Wish>, FormRejection>,
) -> Response {
    let Ok(Form(wish)) = wish else { return locked(&sandbox, &headers) };
    let allowed = sandbox.guard.may_see_page(&headers)
        && sandbox.guard.may_post(&headers)
        && sandbox.guard.is_page_key(&wish.key);
    if !allowed {
        return locked(&sandbox, &headers);
    }
    let done = match wish.act.as_str() {
        "secure-mode-on" => set_secure_mode(&sandbox, &wish.project, true),
        "secure-mode-off" => set_secure_mode(&sandbox, &wish.project, false),
        "new-account" => sandbox.store.new_account(&wish.project),
        "forget" => sandbox.forget(),
        "handshake" => return shown(&sandbox, &Asked::default(), checked(&sandbox, wish)),
        _ => return StatusCode::BAD_REQUEST.into_response(),
    };
    sandbox.changed();
    match done {
        Ok(()) => (StatusCode::SEE_OTHER, [(header::LOCATION, "/_personsig/#state")], secured("")).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// What Chameleon checks by mail: an example `uid` and `uid_hash`. It switches nothing on.
fn checked(sandbox: &Sandbox, wish: Wish) -> Handshake {
    let signer = sandbox.secrets.project(Vendor::Chameleon, &wish.project).and_then(|project| project.signer.as_ref());
    let shown = Shown { user_id: Some(&wish.uid), signature: Some(wish.uid_hash.trim()), also: &[] };
    let Judged { verdict, reasons, .. } = judge(Vendor::Chameleon, signer, &shown, now());
    Handshake { verdict: Some(verdict), reasons, uid: crate::call::masked(sandbox, &wish.uid), project: wish.project }
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Key {
    #[serde(default)]
    key: String,
}

/// The changing parts, whenever one has changed.
pub(crate) async fn events(State(sandbox): State<Arc<Sandbox>>, key: Asking<Key>, asked: Asking<Asked>) -> Response {
    let (key, asked) = (understood(key), understood(asked));
    if !sandbox.guard.is_page_key(&key.key) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let keep_alive = KeepAlive::new().interval(Duration::from_secs(20));
    (secured(""), Sse::new(updates(sandbox, asked)).keep_alive(keep_alive)).into_response()
}

fn updates(sandbox: Arc<Sandbox>, asked: Asked) -> impl Stream<Item = Result<Event, Infallible>> {
    let changes = sandbox.changes.subscribe();
    stream::unfold((sandbox, asked, changes, false), |(sandbox, asked, mut changes, started)| async move {
        if started {
            changes.changed().await.ok()?;
            tokio::time::sleep(PAUSE).await;
            changes.borrow_and_update();
        }
        let parts = sections(&sandbox, &asked).ok()?;
        let data =
            json!({"verdict": parts.verdict, "pages": parts.pages, "requests": parts.requests, "state": parts.state});
        Some((Ok(Event::default().event("sections").data(data.to_string())), (sandbox, asked, changes, true)))
    })
}

/// Where no app is behind it: a page to try the sandbox with.
pub(crate) async fn trial() -> Response {
    let nonce = &random()[..32];
    let Ok(html) = (Trial { nonce }).render() else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'nonce-{nonce}'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'"
    );
    let policy = HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
    ([(header::CONTENT_SECURITY_POLICY, policy)], [(header::CACHE_CONTROL, "private, no-store")], Html(html))
        .into_response()
}

/// JSON that stands in a script element and cannot end it.
fn in_script(value: serde_json::Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

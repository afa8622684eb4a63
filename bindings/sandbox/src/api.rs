//! The sandbox as JSON, below `/_personsig/api/v1/`. Every answer is JSON; a change answers with the new verdict.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::call::rest;
use crate::gosquared::SecureMode;
use crate::proxy::whole;
use crate::rule::{Vendor, Verdict};
use crate::sandbox::Sandbox;
use crate::store::{Filter, Kept, REQUESTS_MAX};

/// The largest body of a change.
const BODY_MAX: usize = 1 << 16;

pub(crate) fn router(sandbox: Arc<Sandbox>) -> Router<Arc<Sandbox>> {
    let protected = Router::new()
        .route("/verdict", get(verdict))
        .route("/requests", get(requests))
        .route("/gosquared/secure-mode", put(secure_mode))
        .route("/chameleon/enforcement", put(enforcement).delete(enforcement))
        .route("/chameleon/new-account", post(new_account))
        .route("/forget", post(forget))
        .fallback(async || problem(StatusCode::NOT_FOUND, "there is no such address; see the README's table"))
        .method_not_allowed_fallback(async || {
            problem(StatusCode::METHOD_NOT_ALLOWED, "use the method that the README's table gives")
        });
    protected.layer(axum::middleware::from_fn_with_state(sandbox, guarded))
}

/// A script in the app's page could not know the token, and its cookie does not count here.
async fn guarded(State(sandbox): State<Arc<Sandbox>>, request: Request, next: Next) -> Response {
    match sandbox.guard.has_bearer(request.headers()) {
        true => next.run(request).await,
        false => {
            let asks = [(header::WWW_AUTHENTICATE, "Bearer")];
            let fix = "send Authorization: Bearer with the token of the link that the sandbox printed, or set PERSONSIG_SANDBOX_TOKEN where it starts";
            (asks, problem(StatusCode::UNAUTHORIZED, fix)).into_response()
        }
    }
}

pub(crate) fn problem(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({"error": status.as_u16(), "message": message}))).into_response()
}

/// What SQLite says is of no use to who asks.
pub(crate) fn answered(result: rusqlite::Result<Value>) -> Response {
    match result {
        Ok(value) => Json(value).into_response(),
        Err(_) => problem(StatusCode::INTERNAL_SERVER_ERROR, "the state cannot be read or written; look at the disk"),
    }
}

async fn verdict(State(sandbox): State<Arc<Sandbox>>) -> Response {
    answered(sandbox.outlooks().map(|outlooks| outlooks.json()))
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    pub(crate) vendor: String,
    #[serde(default)]
    pub(crate) verdict: String,
    #[serde(default)]
    pub(crate) page: String,
    #[serde(default)]
    pub(crate) user_id: String,
    limit: Option<i64>,
}

impl Asked {
    /// An empty field of a form asks for nothing.
    pub(crate) fn filter(&self) -> Filter {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Filter {
            vendor: Vendor::named(&self.vendor),
            verdict: Verdict::named(&self.verdict),
            page: text(&self.page),
            user_id: text(&self.user_id),
        }
    }
}

async fn requests(
    State(sandbox): State<Arc<Sandbox>>,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
) -> Response {
    let Ok(Query(asked)) = asked else {
        return problem(
            StatusCode::BAD_REQUEST,
            "vendor, verdict, page, user_id and limit can be given; limit is a whole number",
        );
    };
    let named = |known: bool, given: &str| given.is_empty() || known;
    if !named(Vendor::named(&asked.vendor).is_some(), &asked.vendor)
        || !named(Verdict::named(&asked.verdict).is_some(), &asked.verdict)
    {
        return problem(
            StatusCode::BAD_REQUEST,
            "vendor is gosquared or chameleon; verdict is valid, wrong, unsigned or anonymous",
        );
    }
    let most = asked.limit.unwrap_or(100).clamp(0, REQUESTS_MAX);
    answered(sandbox.store.requests(&asked.filter(), most).map(|kept| kept.iter().map(data).collect()))
}

/// One request, as programs see it.
pub(crate) fn data(kept: &Kept) -> Value {
    json!({
        "id": kept.id,
        "time": kept.time,
        "page": kept.page,
        "vendor": kept.vendor,
        "call": kept.call,
        "user_id": kept.user_id,
        "verdict": kept.verdict,
        "effect": kept.effect,
        "would_be_ignored": kept.would_be_ignored,
        "reasons": kept.reasons.iter().map(|reason| &reason.code).collect::<Vec<_>>(),
        "status": kept.status,
        "visitor": kept.visitor,
        "signed_at": kept.signed_at,
        "project": kept.project,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Toggle {
    on: bool,
    #[serde(default)]
    project: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Which {
    #[serde(default)]
    project: Option<String>,
}

/// A body of JSON. `Content-Type` is not looked at: nothing but the token decides who may send it.
async fn read<T: for<'a> Deserialize<'a>>(body: Body, fix: &str) -> Result<T, Response> {
    let bytes = whole(body, BODY_MAX).await.map_err(|status| problem(status, fix))?;
    serde_json::from_slice(&bytes).map_err(|_| problem(StatusCode::BAD_REQUEST, fix))
}

/// The project that a change is for: the one there is, or the one that is named.
fn chosen(sandbox: &Sandbox, vendor: Vendor, named: Option<String>) -> Option<String> {
    let own: Vec<_> = sandbox.projects().into_iter().filter(|(of, _)| *of == vendor).map(|(_, token)| token).collect();
    match named {
        Some(named) => own.contains(&named).then_some(named),
        None => own.first().filter(|_| own.len() == 1).cloned(),
    }
}

const WHICH: &str = "pass \"project\" with the public token of one of the projects that --project named";

async fn secure_mode(State(sandbox): State<Arc<Sandbox>>, body: Body) -> Response {
    let toggle: Toggle = match read(body, "send {\"on\": true} or {\"on\": false}").await {
        Ok(toggle) => toggle,
        Err(refused) => return refused,
    };
    match chosen(&sandbox, Vendor::GoSquared, toggle.project) {
        Some(project) => changed(&sandbox, set_secure_mode(&sandbox, &project, toggle.on)),
        None => problem(StatusCode::BAD_REQUEST, WHICH),
    }
}

pub(crate) fn set_secure_mode(sandbox: &Sandbox, project: &str, on: bool) -> rusqlite::Result<()> {
    sandbox.store.set_secure_mode(project, if on { SecureMode::On } else { SecureMode::Off })
}

/// "You cannot turn off Identity Verification once you have started sending us secure data." Nor can anybody turn it on
/// but by a verified request.
async fn enforcement() -> Response {
    problem(
        StatusCode::CONFLICT,
        "enforcement is switched on by the first verified request and cannot be switched off, as at the vendor; \
         POST /_personsig/api/v1/chameleon/new-account starts over with a new account, which the vendor does not offer",
    )
}

async fn new_account(State(sandbox): State<Arc<Sandbox>>, body: Body) -> Response {
    let fix = "send nothing, or {\"project\": \"ACCOUNT-TOKEN\"}";
    let bytes = match whole(body, BODY_MAX).await {
        Ok(bytes) => bytes,
        Err(status) => return problem(status, fix),
    };
    let which = if bytes.is_empty() { Ok(Which::default()) } else { serde_json::from_slice(&bytes) };
    let Ok(Which { project }) = which else { return problem(StatusCode::BAD_REQUEST, fix) };
    match chosen(&sandbox, Vendor::Chameleon, project) {
        Some(project) => changed(&sandbox, sandbox.store.new_account(&project)),
        None => problem(StatusCode::BAD_REQUEST, WHICH),
    }
}

async fn forget(State(sandbox): State<Arc<Sandbox>>) -> Response {
    changed(&sandbox, sandbox.forget())
}

fn changed(sandbox: &Sandbox, done: rusqlite::Result<()>) -> Response {
    sandbox.changed();
    answered(done.and_then(|()| sandbox.outlooks()).map(|outlooks| outlooks.json()))
}

/// Chameleon's REST API, played: `/_personsig/rest/TOKEN/...` with the run's token in the path, so that a back end needs no
/// more than another base URL.
pub(crate) async fn rest_api(
    State(sandbox): State<Arc<Sandbox>>,
    Path((token, path)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if !sandbox.guard.is_token(&token) {
        return problem(
            StatusCode::NOT_FOUND,
            "use the address in CHAMELEON_API_URL, which the sandbox sets and prints",
        );
    }
    if let Err(status) = whole(body, 1 << 20).await {
        return problem(status, "send at most 1 MB");
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (account, secret) = (text("x-account-token"), text("x-account-secret"));
    let path = format!("{method} /{path}");
    let kept = tokio::task::spawn_blocking(move || rest(&sandbox, account.as_deref(), secret.as_deref(), &path)).await;
    match kept {
        Ok(Ok(kept)) => {
            let status = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK);
            (status, Json(json!({"effect": kept.effect, "reasons": kept.reasons}))).into_response()
        }
        _ => problem(StatusCode::INTERNAL_SERVER_ERROR, "the state cannot be read or written; look at the disk"),
    }
}

//! What the vendors remember: SQLite, in memory or in a file. What was acknowledged is committed, so that it survives
//! the end of the process. Bounded: the last [`REQUESTS_MAX`] requests in full, counts for all.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, params};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::gosquared::SecureMode;
use crate::judge::Reason;
use crate::rule::{Effect, Vendor, Verdict};

/// How many requests are kept in full.
pub(crate) const REQUESTS_MAX: i64 = 10_000;
/// How many pages are told apart for each project; others are counted together.
const PAGES_MAX: i64 = 1_000;
/// How many users are told apart for each project.
const USERS_MAX: i64 = 1_000;
/// What the pages beyond [`PAGES_MAX`] are called.
pub(crate) const OTHER_PAGES: &str = "(other pages)";
/// How many problems are told apart for each project, and how many warnings. Of more, the pages are counted together: a
/// problem is never lost, since that would make a verdict "ready".
const PROBLEMS_MAX: i64 = 1_000;
/// What tells its file from another program's database (<https://www.sqlite.org/fileformat2.html#application_id>).
const APPLICATION_ID: i32 = i32::from_be_bytes(*b"psig");

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS projects (
    vendor TEXT NOT NULL, project TEXT NOT NULL, on_for_good INTEGER NOT NULL DEFAULT 0, account INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (vendor, project)) STRICT;
CREATE TABLE IF NOT EXISTS requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, vendor TEXT NOT NULL, project TEXT NOT NULL,
    page TEXT NOT NULL, call TEXT NOT NULL, user_id TEXT, user_key BLOB, visitor TEXT NOT NULL, view TEXT NOT NULL,
    verdict TEXT NOT NULL, effect TEXT NOT NULL, would_be_ignored INTEGER NOT NULL, enforces INTEGER NOT NULL,
    status INTEGER NOT NULL, reasons TEXT NOT NULL, signed_at INTEGER, fingerprint BLOB, detail TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS requests_by_view ON requests (view, vendor);
CREATE INDEX IF NOT EXISTS requests_by_fingerprint ON requests (fingerprint) WHERE fingerprint IS NOT NULL;
CREATE INDEX IF NOT EXISTS requests_by_user_key ON requests (vendor, project, user_key, call);
CREATE TABLE IF NOT EXISTS pages (
    vendor TEXT NOT NULL, project TEXT NOT NULL, page TEXT NOT NULL, valid INTEGER NOT NULL DEFAULT 0,
    wrong INTEGER NOT NULL DEFAULT 0, unsigned INTEGER NOT NULL DEFAULT 0, anonymous INTEGER NOT NULL DEFAULT 0,
    oldest INTEGER, PRIMARY KEY (vendor, project, page)) STRICT;
CREATE TABLE IF NOT EXISTS users (
    vendor TEXT NOT NULL, project TEXT NOT NULL, user_key BLOB NOT NULL, PRIMARY KEY (vendor, project, user_key)) STRICT;
CREATE TABLE IF NOT EXISTS problems (
    vendor TEXT NOT NULL, project TEXT NOT NULL, page TEXT NOT NULL, code TEXT NOT NULL, warning INTEGER NOT NULL,
    what TEXT NOT NULL, fix TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (vendor, project, page, code)) STRICT;
";

pub(crate) struct Store(Mutex<Connection>);

/// A request to be remembered.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) time: i64,
    pub(crate) vendor: Vendor,
    /// The public token, where projects are told apart.
    pub(crate) project: String,
    pub(crate) page: String,
    pub(crate) call: String,
    /// As it is shown: without a secret, and not too long.
    pub(crate) user_id: Option<String>,
    /// The SHA-256 of the id as it came, so that no two users are one.
    pub(crate) user_key: Option<[u8; 32]>,
    pub(crate) visitor: String,
    pub(crate) view: String,
    pub(crate) verdict: Verdict,
    pub(crate) effect: Effect,
    pub(crate) would_be_ignored: bool,
    pub(crate) enforces: bool,
    pub(crate) status: u16,
    pub(crate) reasons: Vec<Reason>,
    pub(crate) signed_at: Option<i64>,
    /// A MAC of the signature under the store's own key, to notice the same one twice.
    pub(crate) fingerprint: Option<Vec<u8>>,
    pub(crate) detail: Value,
}

/// One that is remembered.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) id: i64,
    pub(crate) time: i64,
    pub(crate) vendor: Vendor,
    pub(crate) project: String,
    pub(crate) page: String,
    pub(crate) call: String,
    pub(crate) user_id: Option<String>,
    pub(crate) visitor: String,
    pub(crate) verdict: Verdict,
    pub(crate) effect: Effect,
    pub(crate) would_be_ignored: bool,
    pub(crate) enforces: bool,
    pub(crate) status: u16,
    pub(crate) reasons: Vec<Reason>,
    pub(crate) signed_at: Option<i64>,
    pub(crate) detail: Value,
}

/// Which requests are asked for.
#[derive(Debug, Default, Clone)]
pub(crate) struct Filter {
    pub(crate) vendor: Option<Vendor>,
    pub(crate) verdict: Option<Verdict>,
    pub(crate) page: Option<String>,
    /// As it came, or as it is shown.
    pub(crate) user_id: Option<String>,
}

/// What was seen of one project or account.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// Secure Mode, or enforcement.
    pub(crate) on: bool,
    /// The how-manieth account of Chameleon's.
    pub(crate) account: i64,
    pub(crate) pages: Vec<Page>,
    pub(crate) users: i64,
    pub(crate) problems: Vec<Problem>,
}

/// The counts of a page.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Page {
    pub(crate) page: String,
    pub(crate) valid: i64,
    pub(crate) wrong: i64,
    pub(crate) unsigned: i64,
    pub(crate) anonymous: i64,
    /// The age in seconds of the oldest signature that it has shown.
    pub(crate) oldest: Option<i64>,
}

impl Page {
    pub(crate) fn identifies(&self) -> i64 {
        self.valid + self.wrong + self.unsigned
    }
}

/// What is wrong with a page: a problem, which keeps the verdict from being "ready", or a warning.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Problem {
    pub(crate) page: String,
    pub(crate) code: String,
    pub(crate) what: String,
    pub(crate) fix: String,
    pub(crate) count: i64,
    #[serde(skip)]
    pub(crate) warning: bool,
}

/// A problem to be remembered.
pub(crate) struct Found<'a> {
    pub(crate) vendor: Vendor,
    pub(crate) project: &'a str,
    pub(crate) page: &'a str,
    pub(crate) code: &'a str,
    pub(crate) warning: bool,
    pub(crate) what: &'a str,
    pub(crate) fix: &'a str,
}

impl Store {
    /// In memory, or in a file that its owner alone may read: it holds the secrets made for the run.
    pub(crate) fn open(file: Option<&Path>) -> io::Result<Self> {
        let connection = match file {
            None => Connection::open_in_memory(),
            Some(file) => {
                // SQLite reads `file:state.db` as a URI and `:memory:` as no file; it reads an absolute path as one.
                let file = std::path::absolute(file)?;
                private(&file)?;
                Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            }
        };
        let connection = connection.map_err(io::Error::other)?;
        // The id first: in WAL mode it would not be in the file itself at once.
        let settings = format!(
            "PRAGMA busy_timeout = 5000; PRAGMA application_id = {APPLICATION_ID}; PRAGMA journal_mode = WAL; \
             PRAGMA synchronous = NORMAL;"
        );
        let prepared = connection.execute_batch(&settings).and_then(|()| connection.execute_batch(SCHEMA));
        prepared.map_err(io::Error::other)?;
        Ok(Store(Mutex::new(connection)))
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A value of the run that is kept with the state: made by `make` the first time.
    pub(crate) fn kept(&self, name: &str, make: impl FnOnce() -> Vec<u8>) -> rusqlite::Result<Vec<u8>> {
        let connection = self.lock();
        let found =
            connection.query_row("SELECT value FROM meta WHERE name = ?", [name], |row| row.get(0)).optional()?;
        if let Some(value) = found {
            return Ok(value);
        }
        let value = make();
        connection.execute("INSERT INTO meta (name, value) VALUES (?, ?)", params![name, value])?;
        Ok(value)
    }

    /// Decides with the state at hand and remembers the outcome, in one transaction: `decide` is given whether the
    /// switch is on.
    pub(crate) fn record(
        &self,
        vendor: Vendor,
        project: &str,
        decide: impl FnOnce(bool) -> (bool, Request),
    ) -> rusqlite::Result<Kept> {
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        let before = switch(&transaction, vendor, project)?;
        let (after, request) = decide(before);
        if after != before {
            set_switch(&transaction, vendor, project, after)?;
        }
        let kept = insert(&transaction, request)?;
        transaction.commit()?;
        Ok(kept)
    }

    /// Remembers a problem or a warning, or counts it once more.
    pub(crate) fn found(&self, found: &Found<'_>) -> rusqlite::Result<()> {
        add_problem(&self.lock(), found)
    }

    pub(crate) fn set_secure_mode(&self, project: &str, mode: SecureMode) -> rusqlite::Result<()> {
        set_switch(&self.lock(), Vendor::GoSquared, project, mode == SecureMode::On)
    }

    /// A new account, open, that has seen nothing. The vendor has no such button.
    pub(crate) fn new_account(&self, project: &str) -> rusqlite::Result<()> {
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        set_switch(&transaction, Vendor::Chameleon, project, false)?;
        let sql = "UPDATE projects SET account = account + 1 WHERE vendor = 'chameleon' AND project = ?";
        transaction.execute(sql, [project])?;
        forget(&transaction, Vendor::Chameleon, project)?;
        transaction.commit()
    }

    /// Forgets what was seen, so that mended pages can be looked at afresh. Switches stay.
    pub(crate) fn forget(&self) -> rusqlite::Result<()> {
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        transaction
            .execute_batch("DELETE FROM requests; DELETE FROM pages; DELETE FROM users; DELETE FROM problems;")?;
        transaction.commit()
    }

    /// What was seen of a project or account, all of it at one moment.
    pub(crate) fn seen(&self, vendor: Vendor, project: &str) -> rusqlite::Result<Seen> {
        let connection = self.lock();
        Ok(Seen {
            on: switch(&connection, vendor, project)?,
            account: account_number(&connection, project)?,
            pages: pages(&connection, vendor, project)?,
            users: users(&connection, vendor, project)?,
            problems: problems(&connection, vendor, project)?,
        })
    }

    /// The newest first.
    pub(crate) fn requests(&self, filter: &Filter, most: i64) -> rusqlite::Result<Vec<Kept>> {
        let sql = "SELECT * FROM requests WHERE (?1 IS NULL OR vendor = ?1) AND (?2 IS NULL OR verdict = ?2) \
                   AND (?3 IS NULL OR page = ?3) AND (?4 IS NULL OR user_id = ?4 OR user_key = ?5) ORDER BY id DESC LIMIT ?6";
        let (vendor, verdict) = (filter.vendor.map(Vendor::name), filter.verdict.map(Verdict::name));
        let key = filter.user_id.as_deref().map(user_key);
        let connection = self.lock();
        let mut statement = connection.prepare_cached(sql)?;
        statement.query_map(params![vendor, verdict, filter.page, filter.user_id, key, most], kept)?.collect()
    }

    pub(crate) fn request(&self, id: i64) -> rusqlite::Result<Option<Kept>> {
        self.lock().query_row("SELECT * FROM requests WHERE id = ?", [id], kept).optional()
    }

    /// The person's chat messages, the oldest first, or the user's traits: what was sent in calls of that name.
    pub(crate) fn details(
        &self,
        vendor: Vendor,
        project: &str,
        user: &[u8; 32],
        call: &str,
    ) -> rusqlite::Result<Vec<Value>> {
        let sql = "SELECT detail FROM requests WHERE vendor = ? AND project = ? AND user_key = ? AND call = ? \
                   AND effect IN ('tracked', 'accepted') ORDER BY id LIMIT 100";
        let connection = self.lock();
        let mut statement = connection.prepare_cached(sql)?;
        let texts = statement.query_map(params![vendor.name(), project, user, call], |row| row.get::<_, String>(0))?;
        texts.map(|text| Ok(serde_json::from_str(&text?).unwrap_or_default())).collect()
    }
}

/// What a user's data is kept under.
pub(crate) fn user_key(id: &str) -> [u8; 32] {
    Sha256::digest(id).into()
}

/// Makes the file, or sees to it that nobody else may read the one that is there. Somebody else's stays as it is.
fn private(file: &Path) -> io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(file) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        made => return made.map(drop),
    }
    let metadata = std::fs::metadata(file)?;
    // An empty one, as mktemp makes it, is nobody's yet.
    if !metadata.is_file() || (metadata.len() > 0 && !is_state(file)?) {
        return Err(io::ErrorKind::InvalidData.into());
    }
    // With what SQLite keeps beside it, which holds the same.
    for end in ["", "-wal", "-shm", "-journal"] {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        match std::fs::set_permissions(name, Permissions::from_mode(0o600)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && !end.is_empty() => {}
            done => done?,
        }
    }
    Ok(())
}

/// Whether a sandbox made the file. Asked of its header, since SQLite may change a database by opening it.
fn is_state(file: &Path) -> io::Result<bool> {
    let mut header = [0; 72];
    match File::open(file)?.read_exact(&mut header) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
        read => read?,
    }
    Ok(header.starts_with(b"SQLite format 3\0") && header.ends_with(&APPLICATION_ID.to_be_bytes()))
}

fn pages(connection: &Connection, vendor: Vendor, project: &str) -> rusqlite::Result<Vec<Page>> {
    let sql = "SELECT page, valid, wrong, unsigned, anonymous, oldest FROM pages WHERE vendor = ? AND project = ? ORDER BY page";
    let read = |row: &Row<'_>| {
        Ok(Page {
            page: row.get(0)?,
            valid: row.get(1)?,
            wrong: row.get(2)?,
            unsigned: row.get(3)?,
            anonymous: row.get(4)?,
            oldest: row.get(5)?,
        })
    };
    connection.prepare_cached(sql)?.query_map([vendor.name(), project], read)?.collect()
}

fn users(connection: &Connection, vendor: Vendor, project: &str) -> rusqlite::Result<i64> {
    let sql = "SELECT count(*) FROM users WHERE vendor = ? AND project = ?";
    connection.prepare_cached(sql)?.query_row([vendor.name(), project], |row| row.get(0))
}

fn problems(connection: &Connection, vendor: Vendor, project: &str) -> rusqlite::Result<Vec<Problem>> {
    let sql = "SELECT page, code, what, fix, count, warning FROM problems WHERE vendor = ? AND project = ? \
               ORDER BY warning, page, code";
    let read = |row: &Row<'_>| {
        Ok(Problem {
            page: row.get(0)?,
            code: row.get(1)?,
            what: row.get(2)?,
            fix: row.get(3)?,
            count: row.get(4)?,
            warning: row.get(5)?,
        })
    };
    connection.prepare_cached(sql)?.query_map([vendor.name(), project], read)?.collect()
}

/// The how-manieth account of Chameleon's it is.
fn account_number(connection: &Connection, project: &str) -> rusqlite::Result<i64> {
    let sql = "SELECT account FROM projects WHERE vendor = 'chameleon' AND project = ?";
    Ok(connection.query_row(sql, [project], |row| row.get(0)).optional()?.unwrap_or(1))
}

fn switch(connection: &Connection, vendor: Vendor, project: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT on_for_good FROM projects WHERE vendor = ? AND project = ?";
    let found = connection.prepare_cached(sql)?.query_row([vendor.name(), project], |row| row.get(0)).optional()?;
    Ok(found.unwrap_or(false))
}

fn set_switch(connection: &Connection, vendor: Vendor, project: &str, on: bool) -> rusqlite::Result<()> {
    let sql = "INSERT INTO projects (vendor, project, on_for_good) VALUES (?, ?, ?) \
               ON CONFLICT DO UPDATE SET on_for_good = excluded.on_for_good";
    connection.execute(sql, params![vendor.name(), project, on]).map(|_| ())
}

fn forget(connection: &Connection, vendor: Vendor, project: &str) -> rusqlite::Result<()> {
    for table in ["requests", "pages", "users", "problems"] {
        let sql = format!("DELETE FROM {table} WHERE vendor = ? AND project = ?");
        connection.execute(&sql, [vendor.name(), project])?;
    }
    Ok(())
}

/// The page under which it is counted: beyond so many, all are one.
fn counted_page(connection: &Connection, vendor: Vendor, project: &str, page: &str) -> rusqlite::Result<String> {
    let sql = "SELECT count(*) < ?4 OR EXISTS (SELECT 1 FROM pages WHERE vendor = ?1 AND project = ?2 AND page = ?3) \
               FROM pages WHERE vendor = ?1 AND project = ?2";
    let room = connection
        .prepare_cached(sql)?
        .query_row(params![vendor.name(), project, page, PAGES_MAX], |row| row.get::<_, bool>(0))?;
    Ok(if room { page } else { OTHER_PAGES }.to_owned())
}

fn insert(connection: &Connection, request: Request) -> rusqlite::Result<Kept> {
    let Request { vendor, ref project, ref page, .. } = request;
    let counted = counted_page(connection, vendor, project, page)?;
    let identity = matches!(request.call.as_str(), "identify" | "auth");
    if identity {
        later_identified(connection, &request)?;
        let column = match request.verdict {
            Verdict::Valid => "valid",
            Verdict::Wrong => "wrong",
            // An identify of Chameleon's without a uid and without a hash identifies nobody.
            Verdict::Unsigned | Verdict::Anonymous => "unsigned",
        };
        count(connection, &request, &counted, column, 1)?;
        if let (Verdict::Valid, Some(user)) = (request.verdict, &request.user_key) {
            let sql = "INSERT OR IGNORE INTO users SELECT ?1, ?2, ?3 \
                       WHERE (SELECT count(*) FROM users WHERE vendor = ?1 AND project = ?2) < ?4";
            connection.execute(sql, params![vendor.name(), project, user, USERS_MAX])?;
        }
        problems_of(connection, &request, &counted)?;
    } else if request.call == "visit" && !identified(connection, &request)? {
        count(connection, &request, &counted, "anonymous", 1)?;
    }
    let sql = "INSERT INTO requests (time, vendor, project, page, call, user_id, user_key, visitor, view, verdict, effect, would_be_ignored, \
               enforces, status, reasons, signed_at, fingerprint, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let reasons = serde_json::to_string(&request.reasons).unwrap_or_default();
    connection.prepare_cached(sql)?.execute(params![
        request.time,
        vendor.name(),
        project,
        page,
        request.call,
        request.user_id,
        request.user_key,
        request.visitor,
        request.view,
        request.verdict.name(),
        request.effect.name(),
        request.would_be_ignored,
        request.enforces,
        request.status,
        reasons,
        request.signed_at,
        request.fingerprint,
        request.detail.to_string(),
    ])?;
    let id = connection.last_insert_rowid();
    connection.prepare_cached("DELETE FROM requests WHERE id <= ?")?.execute([id - REQUESTS_MAX])?;
    Ok(Kept {
        id,
        time: request.time,
        vendor,
        project: request.project,
        page: request.page,
        call: request.call,
        user_id: request.user_id,
        visitor: request.visitor,
        verdict: request.verdict,
        effect: request.effect,
        would_be_ignored: request.would_be_ignored,
        enforces: request.enforces,
        status: request.status,
        reasons: request.reasons,
        signed_at: request.signed_at,
        detail: request.detail,
    })
}

/// Whether the page identified somebody while it was open.
fn identified(connection: &Connection, request: &Request) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM requests WHERE view = ? AND vendor = ? AND call IN ('identify', 'auth'))";
    connection.prepare_cached(sql)?.query_row([&*request.view, request.vendor.name()], |row| row.get(0))
}

/// A page that seemed to have a visitor, and then identified somebody after all, has no visitor.
fn later_identified(connection: &Connection, request: &Request) -> rusqlite::Result<()> {
    let sql = "DELETE FROM requests WHERE view = ? AND vendor = ? AND call = 'visit' RETURNING page";
    let page = connection
        .prepare_cached(sql)?
        .query_row([&*request.view, request.vendor.name()], |row| row.get::<_, String>(0))
        .optional()?;
    match page {
        Some(page) => {
            let counted = counted_page(connection, request.vendor, &request.project, &page)?;
            count(connection, request, &counted, "anonymous", -1)
        }
        None => Ok(()),
    }
}

fn count(connection: &Connection, request: &Request, page: &str, column: &str, by: i64) -> rusqlite::Result<()> {
    let age = request.signed_at.filter(|_| by > 0).map(|at| (request.time - at).max(0));
    let sql = format!(
        "INSERT INTO pages (vendor, project, page, {column}, oldest) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE \
         SET {column} = max({column} + ?4, 0), oldest = max(coalesce(oldest, ?5), coalesce(?5, oldest))"
    );
    connection.prepare_cached(&sql)?.execute(params![request.vendor.name(), request.project, page, by, age])?;
    Ok(())
}

/// What an identify shows to be wrong with its page.
fn problems_of(connection: &Connection, request: &Request, page: &str) -> rusqlite::Result<()> {
    let Request { vendor, ref project, .. } = *request;
    let add = |code: &str, warning, what: &str, fix: &str| {
        add_problem(connection, &Found { vendor, project, page, code, warning, what, fix })
    };
    let fix = request.reasons.first().map_or("", |reason| &reason.fix);
    match request.verdict {
        Verdict::Valid => {}
        Verdict::Unsigned | Verdict::Anonymous => add("unsigned", false, "sends unsigned identifies", fix)?,
        Verdict::Wrong => {
            let code = request.reasons.first().map_or("wrong", |reason| &reason.code);
            let what = match code {
                "expired" => "sends an expired signature (a cached page?)",
                "from-the-future" => "sends a signature from the future (a wrong clock?)",
                "uid-missing" => "sends a signature without an id",
                "missing-timestamp" => "sends a signature without its time",
                _ => "sends a wrong signature",
            };
            add(code, false, what, fix)?;
        }
    }
    let Some(fingerprint) = &request.fingerprint else { return Ok(()) };
    let sql = "SELECT EXISTS (SELECT 1 FROM requests WHERE fingerprint = ? AND visitor <> ? AND visitor <> '')";
    let twice = connection
        .prepare_cached(sql)?
        .query_row(params![fingerprint, request.visitor], |row| row.get::<_, bool>(0))?;
    if twice && !request.visitor.is_empty() {
        // Without a time the same person has the same signature everywhere, on a second device too.
        let (what, fix) = match vendor {
            Vendor::Chameleon => (
                "showed the same signature to two browsers (a shared cache?)",
                "Sign for every response, and send it with Cache-Control: private, no-store.",
            ),
            Vendor::GoSquared => (
                "showed the same person's signature to two browsers",
                "That is right if you logged in twice as one person. If not, a cache hands one user's page to the next: send Cache-Control: private, no-store.",
            ),
        };
        add("shared-signature", true, what, fix)?;
    }
    Ok(())
}

fn add_problem(connection: &Connection, found: &Found<'_>) -> rusqlite::Result<()> {
    let Found { vendor, project, page, code, warning, what, fix } = *found;
    let sql = "SELECT count(*) < ?6 OR EXISTS (SELECT 1 FROM problems WHERE vendor = ?1 AND project = ?2 AND page = ?3 AND code = ?4) \
               FROM problems WHERE vendor = ?1 AND project = ?2 AND warning = ?5";
    let room = connection
        .prepare_cached(sql)?
        .query_row(params![vendor.name(), project, page, code, warning, PROBLEMS_MAX], |row| row.get::<_, bool>(0))?;
    let page = if room { page } else { OTHER_PAGES };
    // What was a warning at first and is a problem now is a problem.
    let sql = "INSERT INTO problems (vendor, project, page, code, warning, what, fix, count) VALUES (?, ?, ?, ?, ?, ?, ?, 1) \
               ON CONFLICT DO UPDATE SET count = count + 1, warning = min(warning, excluded.warning)";
    let row = params![vendor.name(), project, page, code, warning, what, fix];
    connection.prepare_cached(sql)?.execute(row).map(|_| ())
}

fn kept(row: &Row<'_>) -> rusqlite::Result<Kept> {
    let text = |name: &str| row.get::<_, String>(name);
    Ok(Kept {
        id: row.get("id")?,
        time: row.get("time")?,
        vendor: Vendor::named(&text("vendor")?).unwrap_or(Vendor::GoSquared),
        project: text("project")?,
        page: text("page")?,
        call: text("call")?,
        user_id: row.get("user_id")?,
        visitor: text("visitor")?,
        verdict: Verdict::named(&text("verdict")?).unwrap_or(Verdict::Wrong),
        effect: Effect::named(&text("effect")?).unwrap_or(Effect::Ignored),
        would_be_ignored: row.get("would_be_ignored")?,
        enforces: row.get("enforces")?,
        status: row.get("status")?,
        reasons: serde_json::from_str(&text("reasons")?).unwrap_or_default(),
        signed_at: row.get("signed_at")?,
        detail: serde_json::from_str(&text("detail")?).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Filter, Found, OTHER_PAGES, PAGES_MAX, PROBLEMS_MAX, REQUESTS_MAX, Request, Store};
    use crate::rule::{Effect, Vendor, Verdict};

    fn request(call: &str, page: &str, verdict: Verdict) -> Request {
        Request {
            time: 1_000,
            vendor: Vendor::Chameleon,
            project: String::new(),
            page: page.to_owned(),
            call: call.to_owned(),
            user_id: Some("42".to_owned()),
            user_key: Some(super::user_key("42")),
            visitor: "visitor".to_owned(),
            view: "view".to_owned(),
            verdict,
            effect: Effect::Accepted,
            would_be_ignored: false,
            enforces: false,
            status: 200,
            reasons: vec![],
            signed_at: Some(400),
            fingerprint: None,
            detail: json!({}),
        }
    }

    fn record(store: &Store, request: Request) {
        store.record(Vendor::Chameleon, "", |before| (before, request)).unwrap();
    }

    #[test]
    fn the_last_requests_are_kept_in_full_and_all_are_counted() {
        let store = Store::open(None).unwrap();
        for _ in 0..REQUESTS_MAX + 50 {
            record(&store, request("identify", "/", Verdict::Valid));
        }
        assert_eq!(store.requests(&Filter::default(), i64::MAX).unwrap().len() as i64, REQUESTS_MAX);
        let page = &store.seen(Vendor::Chameleon, "").unwrap().pages[0];
        assert_eq!((page.valid, page.oldest), (REQUESTS_MAX + 50, Some(600)));
    }

    #[test]
    fn pages_beyond_the_limit_are_counted_together() {
        let store = Store::open(None).unwrap();
        for number in 0..PAGES_MAX + 5 {
            record(&store, request("identify", &format!("/{number}"), Verdict::Unsigned));
        }
        let pages = store.seen(Vendor::Chameleon, "").unwrap().pages;
        let others = pages.iter().find(|page| page.page == OTHER_PAGES).unwrap();
        assert_eq!((pages.len() as i64, others.unsigned), (PAGES_MAX + 1, 5));
    }

    #[test]
    fn a_problem_is_kept_however_many_warnings_and_problems_there_are() {
        let store = Store::open(None).unwrap();
        let add = |page: &str, code: &str, warning| {
            let found = Found { vendor: Vendor::Chameleon, project: "", page, code, warning, what: "does", fix: "do" };
            store.found(&found).unwrap();
        };
        for warning in [true, false] {
            for number in 0..PROBLEMS_MAX + 5 {
                add(&format!("/{number}"), "some", warning);
            }
            add("/last", "another", warning);
        }
        let problems = store.seen(Vendor::Chameleon, "").unwrap().problems;
        for (code, count) in [("some", 5), ("another", 1)] {
            let other = problems.iter().find(|found| found.page == OTHER_PAGES && found.code == code).unwrap();
            assert!(!other.warning, "what is both is a problem");
            assert!(other.count >= count);
        }
        assert!(store.seen(Vendor::GoSquared, "").unwrap().problems.is_empty());
    }

    #[test]
    fn a_page_that_identifies_somebody_late_had_no_visitor() {
        let store = Store::open(None).unwrap();
        record(&store, request("visit", "/", Verdict::Anonymous));
        assert_eq!(store.seen(Vendor::Chameleon, "").unwrap().pages[0].anonymous, 1);
        record(&store, request("identify", "/", Verdict::Valid));
        let page = &store.seen(Vendor::Chameleon, "").unwrap().pages[0];
        assert_eq!((page.anonymous, page.valid), (0, 1));
        record(&store, request("visit", "/", Verdict::Anonymous));
        assert_eq!(store.seen(Vendor::Chameleon, "").unwrap().pages[0].anonymous, 0);
    }

    #[test]
    fn a_new_account_has_seen_nothing_and_is_open() {
        let store = Store::open(None).unwrap();
        store.record(Vendor::Chameleon, "", |_| (true, request("identify", "/", Verdict::Valid))).unwrap();
        let seen = store.seen(Vendor::Chameleon, "").unwrap();
        assert_eq!((seen.on, seen.account), (true, 1));
        store.new_account("").unwrap();
        let seen = store.seen(Vendor::Chameleon, "").unwrap();
        assert_eq!((seen.on, seen.account), (false, 2));
        assert!(seen.pages.is_empty());
    }
}

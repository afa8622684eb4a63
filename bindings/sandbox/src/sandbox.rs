//! The sandbox itself: what all of its parts share.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::watch;

use crate::app::App;
use crate::guard::Guard;
use crate::rewrite::Addresses;
use crate::rule::Vendor;
use crate::secrets::Secrets;
use crate::store::{OTHER_PAGES, Store};
use crate::verdict::Outlooks;

pub(crate) struct Sandbox {
    pub(crate) store: Store,
    pub(crate) secrets: Secrets,
    pub(crate) guard: Guard,
    pub(crate) app: Option<App>,
    pub(crate) addresses: Arc<Addresses>,
    /// The key of GoSquared's tokens for anonymous visitors, and of signatures' fingerprints.
    pub(crate) key: Vec<u8>,
    /// Counts up whenever the page has something new to show.
    pub(crate) changes: watch::Sender<u64>,
    pub(crate) rate: Rate,
    /// What the proxy has told once and need not tell again.
    pub(crate) told: Mutex<BTreeMap<&'static str, BTreeSet<String>>>,
}

impl Sandbox {
    pub(crate) fn changed(&self) {
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// The projects that were named, or the one of each vendor.
    pub(crate) fn projects(&self) -> Vec<(Vendor, String)> {
        self.secrets.projects.iter().map(|project| (project.vendor, project.token.clone())).collect()
    }

    pub(crate) fn outlooks(&self) -> rusqlite::Result<Outlooks> {
        Outlooks::of(&self.store, &self.projects())
    }

    /// Forgets what was seen, also what was said once.
    pub(crate) fn forget(&self) -> rusqlite::Result<()> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.store.forget()
    }

    /// Whether this is said of this page for the first time. Bounded, since pages are: beyond so many, all are one, and
    /// nothing that is said keeps something else from being said.
    pub(crate) fn first_time(&self, page: &str, what: &'static str) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let pages = told.entry(what).or_default();
        let page = if pages.len() < 1_000 || pages.contains(page) { page } else { OTHER_PAGES };
        pages.insert(page.to_owned())
    }
}

/// Says something where warnings go; whether somebody still reads it is no matter.
pub(crate) fn warn(text: std::fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// So many calls at once, and so many per second from then on.
pub(crate) struct Rate(Mutex<(Instant, f64)>);

impl Rate {
    const BURST: f64 = 1_000.0;
    const PER_SECOND: f64 = 200.0;

    pub(crate) fn new() -> Self {
        Rate(Mutex::new((Instant::now(), Self::BURST)))
    }

    pub(crate) fn allows(&self) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let (since, left) = *state;
        let left = (left + now.duration_since(since).as_secs_f64() * Self::PER_SECOND).min(Self::BURST);
        let allowed = left >= 1.0;
        *state = (now, if allowed { left - 1.0 } else { left });
        allowed
    }
}

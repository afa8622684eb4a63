//! Whether it is time to switch on: the page's first line, and the same for programs.

use serde_json::{Value, json};

use crate::rule::Vendor;
use crate::store::{Page, Problem, Seen, Store};

/// What is known of one project or account.
#[derive(Debug, Clone)]
pub(crate) struct Outlook {
    pub(crate) vendor: Vendor,
    /// Its public token; empty where every token is the one project.
    pub(crate) project: String,
    pub(crate) on: bool,
    /// The how-manieth account of Chameleon's.
    pub(crate) account: i64,
    pub(crate) pages: Vec<Page>,
    pub(crate) missing: Vec<&'static str>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) warnings: Vec<Problem>,
}

impl Outlook {
    pub(crate) fn of(store: &Store, vendor: Vendor, project: &str) -> rusqlite::Result<Self> {
        let Seen { on, account, pages, users, problems } = store.seen(vendor, project)?;
        let (warnings, problems): (Vec<_>, Vec<_>) = problems.into_iter().partition(|problem| problem.warning);
        let anonymous: i64 = pages.iter().map(|page| page.anonymous).sum();
        let needed =
            [(anonymous > 0, "a visitor who is not logged in"), (users > 0, "a user"), (users > 1, "a second user")];
        let missing = needed.into_iter().filter(|(seen, _)| !seen).map(|(_, what)| what).collect();
        Ok(Outlook { vendor, project: project.to_owned(), on, account, pages, missing, problems, warnings })
    }

    /// Whether any page has shown anything of it.
    fn seen(&self) -> bool {
        !self.pages.is_empty() || !self.problems.is_empty()
    }

    fn valid(&self) -> i64 {
        self.pages.iter().map(|page| page.valid).sum()
    }

    fn identifies(&self) -> i64 {
        self.pages.iter().map(Page::identifies).sum()
    }

    fn identifying_pages(&self) -> usize {
        self.pages.iter().filter(|page| page.identifies() > 0).count()
    }

    pub(crate) fn ready(&self) -> bool {
        self.missing.is_empty() && self.problems.is_empty() && self.valid() == self.identifies()
    }

    /// One line that a person can act on.
    pub(crate) fn line(&self) -> String {
        if self.ready() {
            let (valid, identifies) = (self.valid(), self.identifies());
            let pages = plural(self.identifying_pages(), "page");
            return format!("Ready to switch on: {valid} of {identifies} identifies on {pages} were signed and valid.");
        }
        if !self.seen() {
            return format!("Nothing of {} seen yet. Open your app through the sandbox.", self.vendor.title());
        }
        let mut wrong: Vec<_> = self.problems.iter().take(5).map(sentence).collect();
        if self.problems.len() > 5 {
            wrong.push(format!("and {} more", self.problems.len() - 5));
        }
        match wrong.is_empty() {
            true => format!("Not ready yet. Still to be seen: {}.", self.missing.join(", ")),
            false => format!("Not ready: {}.", wrong.join(", ")),
        }
    }

    fn json(&self) -> Value {
        let mut value = json!({
            "ready": self.ready(),
            "summary": self.line(),
            "seen": self.seen(),
            "identifies": self.identifies(),
            "valid": self.valid(),
            "pages": self.identifying_pages(),
            "missing": self.missing,
            "problems": self.problems,
            "warnings": self.warnings,
        });
        match self.vendor {
            Vendor::GoSquared => value["secure_mode"] = json!(if self.on { "on" } else { "off" }),
            Vendor::Chameleon => {
                value["state"] = json!(if self.on { "enforced" } else { "open" });
                value["account"] = json!(self.account);
            }
        }
        if !self.project.is_empty() {
            value["project"] = json!(self.project);
        }
        value
    }
}

fn sentence(problem: &Problem) -> String {
    match problem.count {
        1 => format!("{} {}", problem.page, problem.what),
        count => format!("{} {} ({count} times)", problem.page, problem.what),
    }
}

pub(crate) fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Both vendors, each with the projects that were named or, where none was, the one.
#[derive(Debug, Clone)]
pub(crate) struct Outlooks(pub(crate) Vec<Outlook>);

impl Outlooks {
    pub(crate) fn of(store: &Store, projects: &[(Vendor, String)]) -> rusqlite::Result<Self> {
        let outlooks = projects.iter().map(|(vendor, project)| Outlook::of(store, *vendor, project));
        Ok(Outlooks(outlooks.collect::<Result<_, _>>()?))
    }

    /// Whatever was seen is ready, and something was. A vendor that no page names does not count.
    pub(crate) fn ready(&self) -> bool {
        let mut seen = self.0.iter().filter(|outlook| outlook.seen()).peekable();
        seen.peek().is_some() && seen.all(Outlook::ready)
    }

    pub(crate) fn json(&self) -> Value {
        let mut value = json!({});
        for vendor in Vendor::ALL {
            let mut own: Vec<_> = self.0.iter().filter(|outlook| outlook.vendor == vendor).map(Outlook::json).collect();
            value[vendor.name()] = match own.len() {
                1 => own.remove(0),
                _ => json!({
                    "ready": own.iter().all(|project| project["ready"] == true),
                    "projects": own,
                }),
            };
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::Outlook;
    use crate::rule::Vendor;
    use crate::store::{Page, Problem};

    fn outlook() -> Outlook {
        Outlook {
            vendor: Vendor::GoSquared,
            project: String::new(),
            on: false,
            account: 1,
            pages: [2, 3, 3, 3, 3].map(page).into(),
            missing: vec![],
            problems: vec![],
            warnings: vec![],
        }
    }

    fn page(valid: i64) -> Page {
        Page { page: String::new(), valid, wrong: 0, unsigned: 0, anonymous: 0, oldest: None }
    }

    fn problem(page: &str, what: &str, count: i64) -> Problem {
        Problem { page: page.into(), code: "c".into(), what: what.into(), fix: String::new(), count, warning: false }
    }

    #[test]
    fn the_line_says_what_a_person_can_act_on() {
        let ready = outlook();
        assert!(ready.ready());
        assert_eq!(ready.line(), "Ready to switch on: 14 of 14 identifies on 5 pages were signed and valid.");
        let problems = vec![
            problem("/billing", "sends unsigned identifies", 3),
            problem("/team", "sends an expired signature (a cached page?)", 1),
        ];
        let not = Outlook { problems, ..outlook() };
        assert!(!not.ready());
        assert_eq!(
            not.line(),
            "Not ready: /billing sends unsigned identifies (3 times), /team sends an expired signature (a cached page?)."
        );
    }

    #[test]
    fn what_is_still_missing_keeps_it_from_being_ready() {
        let not = Outlook { missing: vec!["a second user"], ..outlook() };
        assert!(!not.ready());
        assert_eq!(not.line(), "Not ready yet. Still to be seen: a second user.");
        let pages = vec![Page { wrong: 1, ..page(13) }];
        assert!(!Outlook { pages, ..outlook() }.ready());
    }
}

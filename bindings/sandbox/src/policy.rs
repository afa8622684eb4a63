//! A page's Content-Security-Policy, so that it allows the sandbox what it allows the vendors, and tells the sandbox what
//! it blocks. <https://www.w3.org/TR/CSP3/>

use crate::rewrite::Addresses;

/// Where the browser reports to.
pub(crate) const REPORTS: &str = "/_personsig/report";

/// Rewrites one header's value, which may hold several policies. `hashes`: those of inline scripts that were changed,
/// as `'sha256-...'`, before and after. `report`: whether to have violations reported.
pub(crate) fn rewritten(header: &str, addresses: &Addresses, hashes: &[(String, String)], report: bool) -> String {
    let policies = header.split(',').map(|policy| one(policy, addresses, hashes, report));
    policies.filter(|policy| !policy.is_empty()).collect::<Vec<_>>().join(", ")
}

/// Whether it allows inline scripts by their hash, which rewriting changes.
pub(crate) fn has_hashes(header: &str) -> bool {
    ["'sha256-", "'sha384-", "'sha512-"].iter().any(|mark| header.to_ascii_lowercase().contains(mark))
}

/// Whether reports go to a group by name, in which case browsers ignore `report-uri`.
pub(crate) fn reports_to_a_group(header: &str) -> bool {
    directives(header).any(|(name, _)| name == "report-to")
}

fn directives(policy: &str) -> impl Iterator<Item = (String, &str)> {
    policy.split([';', ',']).map(str::trim).filter(|directive| !directive.is_empty()).map(|directive| {
        let (name, value) = directive.split_once(|c: char| c.is_ascii_whitespace()).unwrap_or((directive, ""));
        (name.to_ascii_lowercase(), value.trim())
    })
}

fn one(policy: &str, addresses: &Addresses, hashes: &[(String, String)], report: bool) -> String {
    let mut written = Vec::new();
    let mut reports = false;
    for (name, value) in directives(policy) {
        let value = match name.as_str() {
            // The sandbox speaks http.
            "upgrade-insecure-requests" | "block-all-mixed-content" => continue,
            "report-uri" if report => {
                reports = true;
                format!("{value} {REPORTS}")
            }
            _ if name.ends_with("-src") || name.starts_with("script-src") => sources(value, addresses, hashes),
            _ => value.to_owned(),
        };
        written.push(format!("{name} {value}").trim_end().to_owned());
    }
    if report && !reports && !written.is_empty() {
        written.push(format!("report-uri {REPORTS}"));
    }
    written.join("; ")
}

fn sources(value: &str, addresses: &Addresses, hashes: &[(String, String)]) -> String {
    let mut written: Vec<&str> = Vec::new();
    let mut ours = false;
    for source in value.split_ascii_whitespace() {
        match names(source, addresses) {
            Names::Vendor => ours = true,
            Names::VendorAmongOthers => {
                ours = true;
                written.push(source);
            }
            Names::Other => written.push(source),
        }
    }
    let changed = hashes.iter().filter(|(before, _)| written.contains(&before.as_str()));
    let changed: Vec<_> = changed.map(|(_, after)| after.as_str()).collect();
    written.extend(changed);
    if ours && !written.iter().any(|source| source.eq_ignore_ascii_case("'self'")) {
        written.push("'self'");
    }
    written.join(" ")
}

enum Names {
    Vendor,
    VendorAmongOthers,
    Other,
}

/// Which hosts a source names: `https:`, `*.cloudfront.net`, `https://fast.chameleon.io/messo/`.
fn names(source: &str, addresses: &Addresses) -> Names {
    if source.starts_with('\'') {
        return Names::Other;
    }
    if source.eq_ignore_ascii_case("https:") {
        return Names::VendorAmongOthers;
    }
    let rest = source.split_once("://").map_or(source, |(_, rest)| rest);
    let host = rest.split(['/', ':']).next().unwrap_or_default().to_ascii_lowercase();
    match host.strip_prefix("*.") {
        Some(domain) if addresses.vendor(domain).is_some() => Names::Vendor,
        Some(domain) => {
            let covers = |example: &str| example.strip_suffix(domain).is_some_and(|front| front.ends_with('.'));
            if addresses.examples().any(covers) { Names::VendorAmongOthers } else { Names::Other }
        }
        // `https://*` does not allow http.
        None if host == "*" && source.to_ascii_lowercase().starts_with("https:") => Names::VendorAmongOthers,
        None if addresses.vendor(&host).is_some() => Names::Vendor,
        None => Names::Other,
    }
}

/// What reports a vendor's host that something reaches after all. It blocks nothing.
pub(crate) fn watch() -> String {
    format!(
        "script-src-elem 'self' 'unsafe-inline' data: blob:; connect-src 'self' ws: wss: data: blob:; report-uri {REPORTS}"
    )
}

#[cfg(test)]
mod tests {
    use super::{has_hashes, reports_to_a_group, rewritten};
    use crate::rewrite::Addresses;

    fn policy(given: &str) -> String {
        rewritten(given, &Addresses::new::<&str>(&[], &[]), &[], false)
    }

    #[test]
    fn what_is_allowed_to_a_vendor_is_allowed_to_the_sandbox() {
        for (given, becomes) in [
            ("script-src https://d1l6p2sc9645hc.cloudfront.net", "script-src 'self'"),
            ("script-src 'self' fast.chameleon.io/messo/", "script-src 'self'"),
            ("connect-src https://*.gosquared.com https://*.chameleon.io", "connect-src 'self'"),
            ("script-src *.cloudfront.net", "script-src *.cloudfront.net 'self'"),
            ("default-src https:", "default-src https: 'self'"),
            ("script-src https://*", "script-src https://* 'self'"),
            ("img-src *", "img-src *"),
            ("script-src-elem 'nonce-abc' https://fast.trychameleon.com", "script-src-elem 'nonce-abc' 'self'"),
        ] {
            assert_eq!(policy(given), becomes);
        }
    }

    #[test]
    fn what_a_policy_says_otherwise_stays() {
        let given =
            "default-src 'none'; script-src 'nonce-rAnd0m' 'strict-dynamic'; base-uri 'none'; frame-ancestors 'none'";
        assert_eq!(policy(given), given);
        assert_eq!(policy("connect-src 'none'; sandbox"), "connect-src 'none'; sandbox");
        assert_eq!(
            policy("script-src https://example.com, img-src a.example"),
            "script-src https://example.com, img-src a.example"
        );
    }

    #[test]
    fn the_sandbox_speaks_http() {
        assert_eq!(
            policy("upgrade-insecure-requests; script-src 'self'; block-all-mixed-content"),
            "script-src 'self'"
        );
        assert_eq!(policy("upgrade-insecure-requests"), "");
    }

    #[test]
    fn violations_are_reported_beside_where_the_page_has_them_reported() {
        let addresses = Addresses::new::<&str>(&[], &[]);
        let reporting = |given| rewritten(given, &addresses, &[], true);
        assert_eq!(reporting("img-src 'self'"), "img-src 'self'; report-uri /_personsig/report");
        assert_eq!(
            reporting("img-src 'self'; report-uri /mine"),
            "img-src 'self'; report-uri /mine /_personsig/report"
        );
        assert!(reports_to_a_group("img-src 'self'; report-to mine"));
        assert!(!reports_to_a_group("img-src 'self'; report-uri /report-to"));
    }

    #[test]
    fn a_changed_inline_script_has_another_hash() {
        let given = "script-src 'sha256-old' 'sha256-other'";
        assert!(has_hashes(given));
        let hashes = [
            ("'sha256-old'".to_owned(), "'sha256-new'".to_owned()),
            ("'sha256-none'".to_owned(), "'sha256-no'".to_owned()),
        ];
        let addresses = Addresses::new::<&str>(&[], &[]);
        assert_eq!(rewritten(given, &addresses, &hashes, false), "script-src 'sha256-old' 'sha256-other' 'sha256-new'");
    }
}

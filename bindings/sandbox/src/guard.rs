//! Who may ask for what. The sandbox's pages share their origin with the app, so the app's own scripts, and third
//! parties' in it, could reach them: everything but the two scripts and the address to which they post needs a token, and
//! the page gives itself only to a person who navigates to it.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderValue, header};

use crate::secrets::random;

pub(crate) struct Guard {
    /// In the link printed at the start, and as the API's bearer token.
    token: String,
    /// In the page's forms and in the address of its events. The page alone knows it.
    pub(crate) page_key: String,
    /// Names of the sandbox itself beside the loopback names.
    listen: IpAddr,
    cookie: String,
    /// Cookies know no ports (RFC 6265, section 8.5): on its own port the app may see it, and it opens no API.
    cookie_value: String,
    /// Whether an app stands behind the sandbox, and its pages post from the same origin.
    has_app: bool,
    exposed: bool,
}

impl Guard {
    pub(crate) fn new(token: Option<String>, listen: std::net::SocketAddr, has_app: bool, exposed: bool) -> Self {
        let token = token.filter(|token| !token.is_empty()).unwrap_or_else(random);
        // Browsers share cookies between ports.
        let cookie = format!("personsig_sandbox_{}", listen.port());
        let cookie_value = hex::encode(personsig::hmac_sha256(token.as_bytes(), b"cookie"));
        Guard { token, page_key: random(), listen: listen.ip(), cookie, cookie_value, has_app, exposed }
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    pub(crate) fn is_token(&self, given: &str) -> bool {
        same(given.as_bytes(), &self.token)
    }

    pub(crate) fn is_page_key(&self, given: &str) -> bool {
        same(given.as_bytes(), &self.page_key)
    }

    pub(crate) fn set_cookie(&self) -> String {
        format!("{}={}; HttpOnly; SameSite=Strict; Path=/_personsig/", self.cookie, self.cookie_value)
    }

    /// Whether a browser that was told to ask for this host means the sandbox. Any name could be made to lead here (DNS
    /// rebinding), so only names that nobody else owns are taken.
    pub(crate) fn is_own_host(&self, authority: &str) -> bool {
        let Some(host) = host_of(authority) else { return false };
        if host == "localhost" || host.ends_with(".localhost") {
            return true;
        }
        match host.parse::<IpAddr>() {
            // Listening everywhere, any of the machine's addresses may be meant; an address is not a name to rebind.
            Ok(address) => {
                address.is_loopback() || address == self.listen || (self.exposed && self.listen.is_unspecified())
            }
            Err(_) => false,
        }
    }

    /// The API's: `Authorization: Bearer`.
    pub(crate) fn has_bearer(&self, headers: &HeaderMap) -> bool {
        headers.get_all(header::AUTHORIZATION).into_iter().any(|value| self.is_bearer(value))
    }

    pub(crate) fn is_bearer(&self, value: &HeaderValue) -> bool {
        let parts = value.to_str().ok().and_then(|value| value.split_once(' '));
        parts.is_some_and(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer") && self.is_token(token.trim()))
    }

    /// The page's: its cookie, on a navigation of a whole window. A script's request is none, whatever it says of itself.
    pub(crate) fn may_see_page(&self, headers: &HeaderMap) -> bool {
        self.has_cookie(headers) && is_navigation(headers)
    }

    pub(crate) fn has_cookie(&self, headers: &HeaderMap) -> bool {
        let own = |pair: &[u8]| {
            let value = pair.strip_prefix(self.cookie.as_bytes())?.strip_prefix(b"=")?;
            Some(same(value, &self.cookie_value))
        };
        let values = headers.get_all(header::COOKIE).into_iter();
        values.flat_map(|value| pairs(value.as_bytes())).filter_map(own).any(|is_right| is_right)
    }

    /// Whether a page's script posts from where it may: from the sandbox's own origin or, where no app is behind it and
    /// pages are pointed at it by hand, from another address of this machine.
    pub(crate) fn may_post(&self, headers: &HeaderMap) -> bool {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let host = text(header::HOST.as_str()).unwrap_or_default();
        let Some(origin) = text(header::ORIGIN.as_str()) else {
            return text("sec-fetch-site").is_none_or(|site| site == "same-origin");
        };
        let Some((_, authority)) = origin.split_once("://") else { return false };
        authority.eq_ignore_ascii_case(host) || (!self.has_app && is_beside(authority, host))
    }

    /// The browser's cookies for the app: without the sandbox's. Bytes, since a cookie of the app's may be in any encoding.
    pub(crate) fn without_cookie(&self, value: &[u8]) -> Vec<u8> {
        let own = |pair: &&[u8]| {
            let name = pair.split(|byte| *byte == b'=').next().unwrap_or_default();
            name.trim_ascii() == self.cookie.as_bytes()
        };
        pairs(value).filter(|pair| !own(pair)).collect::<Vec<_>>().join(&b"; "[..])
    }
}

/// Whether an origin is of this machine: of its loopback names, or of the name that the request came for, on any port.
fn is_beside(origin: &str, host: &str) -> bool {
    let Some(origin) = host_of(origin) else { return false };
    let is_local = origin == "localhost" || origin.ends_with(".localhost");
    is_local
        || origin.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
        || host_of(host).is_some_and(|host| host == origin)
}

/// Whether a window shows the answer. A browser that sends no fetch metadata, and a program, cannot be told apart.
pub(crate) fn is_navigation(headers: &HeaderMap) -> bool {
    let is = |name: &str, wanted: &str| headers.get(name).is_none_or(|value| value == wanted);
    is("sec-fetch-mode", "navigate") && is("sec-fetch-dest", "document")
}

/// The host of `host:port`, in lower case and without an IPv6 address's brackets. It is written into scripts, where a name
/// may hold whatever ends a string, so only letters, digits, dots and hyphens are a name here.
fn host_of(authority: &str) -> Option<String> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, behind) = rest.split_once(']')?;
            host.parse::<std::net::Ipv6Addr>().ok()?;
            (host, behind)
        }
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let is_port = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.parse::<u16>().is_ok();
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let well = (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
        && (authority.starts_with('[') || host.bytes().all(is_name));
    well.then(|| host.trim_end_matches('.').to_ascii_lowercase())
}

fn pairs(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|byte| *byte == b';').map(<[u8]>::trim_ascii)
}

/// MACs are compared, so that the time tells nothing of the token.
fn same(given: &[u8], token: &str) -> bool {
    let mac = |text: &[u8]| personsig::hmac_sha256(token.as_bytes(), text);
    mac(given) == mac(token.as_bytes())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    use super::Guard;

    fn guard(listen: &str) -> Guard {
        Guard::new(Some("token".into()), listen.parse().unwrap(), true, true)
    }

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn only_names_that_nobody_else_owns_lead_here() {
        let local = guard("127.0.0.1:8787");
        for host in ["localhost", "LOCALHOST:8787", "app.localhost:1", "127.0.0.1:8787", "127.1.2.3", "[::1]:8787"] {
            assert!(local.is_own_host(host), "{host}");
        }
        for host in
            ["example.com", "localhost.example.com", "10.0.0.1", "notlocalhost", "", "localhost@example.com", "a b"]
        {
            assert!(!local.is_own_host(host), "{host}");
        }
        for host in [
            "'-alert(1)-'.localhost",
            "a;b.localhost",
            "a$b.localhost:1",
            "localhost:",
            "localhost:x",
            "localhost:+1",
            "localhost:65536",
            "localhost:1:2",
            "[::1",
            "[::1]x",
            "[localhost]",
            "::1",
        ] {
            assert!(!local.is_own_host(host), "{host}");
        }
        assert!(guard("192.168.1.2:8787").is_own_host("192.168.1.2:8787"));
        assert!(guard("0.0.0.0:8787").is_own_host("192.168.1.2:8787"));
        assert!(!guard("0.0.0.0:8787").is_own_host("rebound.example.com"));
    }

    #[test]
    fn a_script_of_the_app_cannot_ask_as_a_person_does() {
        let guard = guard("127.0.0.1:8787");
        let value = guard.set_cookie();
        let value: &'static str = format!("a=b; {}", value.split(';').next().unwrap()).leak();
        let cookie = ("cookie", value);
        assert!(guard.may_see_page(&headers(&[cookie])));
        assert!(guard.may_see_page(&headers(&[
            cookie,
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document")
        ])));
        assert!(!guard.may_see_page(&headers(&[
            cookie,
            ("sec-fetch-mode", "same-origin"),
            ("sec-fetch-dest", "empty")
        ])));
        assert!(!guard.may_see_page(&headers(&[cookie, ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")])));
        assert!(!guard.may_see_page(&headers(&[("cookie", "personsig_sandbox_8787=token")])));
        assert!(!guard.may_see_page(&headers(&[("cookie", value.replace("8787", "8788").leak())])));
        assert!(!guard.is_token(value.split_once("8787=").unwrap().1), "the cookie opens the API");
    }

    #[test]
    fn pages_post_from_the_same_origin() {
        let guard = guard("127.0.0.1:8787");
        let host = ("host", "localhost:8787");
        assert!(guard.may_post(&headers(&[host, ("origin", "http://localhost:8787")])));
        assert!(guard.may_post(&headers(&[host])));
        assert!(!guard.may_post(&headers(&[host, ("origin", "http://localhost:3000")])));
        assert!(!guard.may_post(&headers(&[host, ("origin", "https://example.com")])));
        assert!(!guard.may_post(&headers(&[host, ("origin", "null")])));
        assert!(!guard.may_post(&headers(&[host, ("sec-fetch-site", "cross-site")])));
        let alone = Guard::new(None, "127.0.0.1:8787".parse().unwrap(), false, false);
        assert!(alone.may_post(&headers(&[host, ("origin", "http://localhost:3000")])));
        assert!(!alone.may_post(&headers(&[host, ("origin", "https://example.com")])));
        let everywhere = Guard::new(None, "0.0.0.0:8787".parse().unwrap(), false, true);
        let host = ("host", "192.168.1.2:8787");
        assert!(everywhere.may_post(&headers(&[host, ("origin", "http://192.168.1.2:3000")])));
        assert!(everywhere.may_post(&headers(&[host, ("origin", "http://localhost:3000")])));
        assert!(!everywhere.may_post(&headers(&[host, ("origin", "http://203.0.113.5:8787")])));
    }

    #[test]
    fn the_app_never_sees_the_cookie() {
        let guard = guard("127.0.0.1:8787");
        assert_eq!(guard.without_cookie(b"a=b; personsig_sandbox_8787=token; c=d"), b"a=b; c=d");
        assert_eq!(guard.without_cookie(b"a=\xe9; personsig_sandbox_8787=token; c"), b"a=\xe9; c");
        assert_eq!(guard.without_cookie(b"personsig_sandbox_8787=token"), b"");
        assert_eq!(guard.without_cookie(b"personsig_sandbox_87870=x"), b"personsig_sandbox_87870=x");
    }
}

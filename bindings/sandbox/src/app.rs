//! The app behind the proxy: its address, and which addresses are its own.

use axum::body::Body;
use axum::http::uri::{Authority, Scheme};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::failure::Failure;
use crate::tls;

/// How many headers an answer may have.
pub(crate) const HEADERS_MAX: usize = 1_000;

/// The one upstream.
pub(crate) struct App {
    pub(crate) scheme: Scheme,
    pub(crate) authority: Authority,
    pub(crate) rewrite_host: bool,
    pub(crate) client: Client<HttpsConnector<HttpConnector>, Body>,
}

impl App {
    pub(crate) fn new(
        scheme: Scheme,
        authority: Authority,
        rewrite_host: bool,
        insecure: bool,
    ) -> Result<Self, Failure> {
        let mut connector = HttpConnector::new();
        connector.enforce_http(false);
        connector.set_nodelay(true);
        let https = scheme == Scheme::HTTPS;
        let connector = tls::connector(connector, https, insecure)?;
        let client = Client::builder(TokioExecutor::new()).http1_max_headers(HEADERS_MAX).build(connector);
        Ok(App { scheme, authority, rewrite_host, client })
    }

    pub(crate) fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.authority)
    }

    /// Whether an address is the app's own.
    fn is_own(&self, authority: &str) -> bool {
        let port =
            |authority: &Authority| authority.port_u16().unwrap_or(if self.scheme == Scheme::HTTPS { 443 } else { 80 });
        let loopback = |host: &str| matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        let Ok(given) = authority.parse::<Authority>() else { return false };
        let (host, own) = (given.host().to_ascii_lowercase(), self.authority.host().to_ascii_lowercase());
        port(&given) == port(&self.authority) && (host == own || (loopback(&host) && loopback(&own)))
    }

    /// An address of the app's becomes the sandbox's; None where it is somebody else's or has no host.
    pub(crate) fn mapped(&self, address: &str, sandbox: &str) -> Option<String> {
        let (scheme, rest) = match address.split_once("//") {
            Some((scheme, rest)) if ["http:", "https:", ""].iter().any(|own| scheme.eq_ignore_ascii_case(own)) => {
                (scheme, rest)
            }
            _ => return None,
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        // An app that builds its addresses from the Host that the browser sent, and believes itself behind https.
        let ours = authority.eq_ignore_ascii_case(sandbox);
        (self.is_own(authority) || ours).then(|| {
            let scheme = if scheme.is_empty() { "" } else { "http:" };
            format!("{scheme}//{sandbox}{path}")
        })
    }

    /// Whether a redirect to somebody else, such as a provider of logins, comes back to the app's own port.
    pub(crate) fn comes_back(&self, location: &str) -> bool {
        let Some((_, query)) = location.split_once('?') else { return false };
        let query = query.to_ascii_lowercase().replace("%3a", ":").replace("%2f", "/");
        let Some(port) = self.authority.port() else { return false };
        let host = self.authority.host();
        [host, "localhost", "127.0.0.1"].iter().any(|host| query.contains(&format!("://{host}:{port}")))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::uri::Scheme;

    use super::App;

    fn app() -> App {
        App::new(Scheme::HTTP, "localhost:3000".parse().unwrap(), false, false).unwrap()
    }

    #[test]
    fn the_apps_own_address_becomes_the_sandboxes() {
        for (given, becomes) in [
            ("http://localhost:3000/a?b#c", Some("http://localhost:8787/a?b#c")),
            ("http://127.0.0.1:3000", Some("http://localhost:8787")),
            ("//localhost:3000/a", Some("//localhost:8787/a")),
            ("https://localhost:8787/a", Some("http://localhost:8787/a")),
            ("HTTP://LocalHost:3000/A", Some("http://localhost:8787/A")),
            ("http://localhost:3001/a", None),
            ("ftp://localhost:3000/a", None),
            ("https://example.com/?next=http://localhost:3000/", None),
            ("/a", None),
            ("a//localhost:3000", None),
        ] {
            assert_eq!(app().mapped(given, "localhost:8787").as_deref(), becomes, "{given}");
        }
    }

    #[test]
    fn a_login_that_comes_back_to_the_apps_port_is_recognised() {
        assert!(app().comes_back("https://login.example/?redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fcallback"));
        assert!(!app().comes_back("https://login.example/?redirect_uri=http%3A%2F%2Flocalhost%3A8787%2Fcallback"));
    }
}

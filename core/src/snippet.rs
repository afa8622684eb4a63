//! For the page: the snippet that identifies the user, and the same as data.

use std::fmt;

use crate::email::{LowerCase, is_email};
use crate::error::{Code, Detail, Error, Subject};
use crate::json::{quote, quoted_len};
use crate::provider::Page;
use crate::signature::Signature;
use crate::signer::Signer;
use crate::traits::{SECRET, Traits, out_of_memory};
use crate::user_id::{Digits, UserId};

/// Options of [`Signer::snippet`].
#[derive(Clone, Default)]
pub struct SnippetOptions<'a> {
    /// What the page tells the vendor about the user. The signature does not cover it.
    pub traits: Traits,
    /// The public token of the account: letters, digits, `_` and `-`. GoSquared's project token, `GSN-123456-A`, makes the
    /// snippet load the vendor's script; without it, the page must. Some providers' calls carry a token (an app id, a chat id)
    /// and need it. For all others it is `invalid-option`.
    pub site_token: Option<&'a str>,
    /// The nonce of this response's Content-Security-Policy: letters, digits, `+`, `/`, `_` and `-`, then at most two `=`
    /// ([CSP Level 3](https://www.w3.org/TR/CSP3/#grammardef-nonce-source)).
    pub nonce: Option<&'a str>,
    /// Unix time in whole seconds, as for [`Signer::sign_at`]; `None` is the system's clock.
    pub now: Option<i64>,
}

impl fmt::Debug for SnippetOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SnippetOptions(..)")
    }
}

impl Signer {
    /// A script element that tells the vendor's script who the user is: pure ASCII, one statement per line.
    ///
    /// `None` is a visitor who is not logged in: nothing is signed, and the result is empty unless it loads the vendor's
    /// script. The id is a string on the page, an integer too.
    ///
    /// Output it once per response, where a script element may stand, with `Cache-Control: private, no-store`. Never put it
    /// into an attribute, an event handler or another script. Pass only the user whom *your session* authenticated.
    ///
    /// **Chameleon**: the loader from its install page must stand before the snippet; and one page with a real signature,
    /// staging included, may switch enforcement on for good.
    ///
    /// # Errors
    /// For the id and `now` as [`Signer::sign_at`]; `invalid-option` for a trait (see [`Trait`](crate::Trait)), a site
    /// token or a nonce that cannot be what it should, for a site token where the provider has no use for it, and for
    /// anything, the id too, that equals one of the Signer's secrets. Everything is checked even where it is not used.
    ///
    /// ```
    /// use personsig::{Signer, SnippetOptions, Traits};
    ///
    /// let signer = Signer::new("gosquared", "personsig-test-secret")?;
    /// let traits = Traits::from([("name", "O'Brien</script>")]);
    /// let options = SnippetOptions { traits, nonce: Some("fJ8+xQ=="), ..SnippetOptions::default() };
    /// assert_eq!(
    ///     signer.snippet(Some(123456), &options)?,
    ///     r#"<script nonce="fJ8+xQ==">
    /// _gs("identify",{"id":"123456","name":"O\u0027Brien\u003c/script\u003e"});
    /// _gs("auth","0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64");
    /// </script>"#
    /// );
    /// # Ok::<(), personsig::Error>(())
    /// ```
    pub fn snippet<'a>(
        &self,
        user_id: Option<impl Into<UserId<'a>>>,
        options: &SnippetOptions<'_>,
    ) -> Result<String, Error> {
        let page = self.provider.page.as_ref().ok_or(Error::new(Code::NoSnippet, Subject::Call))?;
        let (mut digits, user_id) = (Digits::new(), user_id.map(Into::into));
        let mut lower_case = LowerCase::new();
        let user_id =
            user_id.as_ref().map(|user_id| self.public_id(user_id, &mut digits, &mut lower_case)).transpose()?;
        let mut traits = String::new();
        options.traits.write_members(&mut traits, page.reserved.unwrap_or_default(), &|text| self.is_secret(text))?;
        if page.reserved.is_none() && !traits.is_empty() {
            return Err(Error::new(Code::InvalidOption, Subject::Option("the traits")).with(NO_TRAITS));
        }
        self.check_site_token(page, options.site_token)?;
        if let Some(nonce) = options.nonce {
            let reason = if nonce.is_empty() { EMPTY_NONCE } else { NONCE };
            self.check_option("the nonce", nonce, is_nonce(nonce), reason)?;
        }
        let signature = match user_id {
            Some(user_id) => Some(self.sign_at(user_id, options.now)?),
            // Nothing is signed, so the clock is not read; a time that was given is checked.
            None => self.time(options.now.or(Some(0))).map(|_| None)?,
        };

        let loader = if options.site_token.is_some() { page.loader } else { &[] };
        let statements = if user_id.is_some() { page.statements } else { &[] };
        if loader.is_empty() && statements.is_empty() {
            return Ok(String::new());
        }
        let user_id = user_id.unwrap_or_default();
        let value = |placeholder: &str| match placeholder {
            "id" => Value::Quoted(user_id),
            "signature" => Value::Quoted(signature.as_deref().unwrap_or_default()),
            "token" => Value::Quoted(options.site_token.unwrap_or_default()),
            "field" => Value::Quoted(self.id_field(user_id)),
            "more" => Value::Members(&traits),
            "traits" => Value::Members(traits.strip_prefix(',').unwrap_or(&traits)),
            _ => Value::Members(""),
        };
        let pieces = || loader.iter().chain(statements).flat_map(|statement| pieces(statement).chain([("", "\n")]));
        let lengths = pieces().map(|(placeholder, script)| match value(placeholder) {
            Value::Quoted(text) => quoted_len(text).saturating_add(script.len()),
            Value::Members(members) => members.len().saturating_add(script.len()),
        });
        let mut html = String::new();
        let tags = ["<script nonce=\"\">\n</script>", options.nonce.unwrap_or_default()].map(str::len);
        html.try_reserve_exact(lengths.chain(tags).fold(0, usize::saturating_add)).map_err(out_of_memory)?;
        html.push_str("<script");
        if let Some(nonce) = options.nonce {
            html.extend([" nonce=\"", nonce, "\""]);
        }
        html.push_str(">\n");
        for (placeholder, script) in pieces() {
            match value(placeholder) {
                Value::Quoted(text) => quote(&mut html, text),
                Value::Members(members) => html.push_str(members),
            }
            html.push_str(script);
        }
        html.push_str("</script>");
        Ok(html)
    }

    /// The snippet's fields as data, for an endpoint that returns JSON to your own page.
    ///
    /// The endpoint answers for the user whom *your session* authenticated and for nobody else, whatever the request
    /// says: same origin, a session required, `Cache-Control: private, no-store`.
    ///
    /// # Errors
    /// As [`Signer::sign_at`]; `invalid-option` for an id that equals one of the Signer's secrets.
    ///
    /// ```
    /// let signer = personsig::Signer::new("chameleon", "personsig-test-secret")?;
    /// let identity = signer.identity(123456, 1596165824)?;
    /// assert_eq!(identity.fields()[0], ("uid", "123456"));
    /// assert_eq!(identity.fields()[1].0, "uid_hash");
    /// assert!(identity.to_json()?.starts_with(r#"{"uid":"123456","uid_hash":"05e19f81"#));
    /// # Ok::<(), personsig::Error>(())
    /// ```
    pub fn identity<'a>(&self, user_id: impl Into<UserId<'a>>, now: impl Into<Option<i64>>) -> Result<Identity, Error> {
        let (mut digits, user_id) = (Digits::new(), user_id.into());
        let mut lower_case = LowerCase::new();
        let user_id = self.public_id(&user_id, &mut digits, &mut lower_case)?;
        let signature = self.sign_at(user_id, now)?;
        let mut copy = String::new();
        copy.try_reserve_exact(user_id.len()).map_err(out_of_memory)?;
        copy.push_str(user_id);
        let names = [self.id_field(user_id), self.provider.fields.signature];
        Ok(Identity { names, user_id: copy, signature })
    }

    /// The vendor's name of the field that an id goes to.
    fn id_field(&self, user_id: &str) -> &'static str {
        let fields = &self.provider.fields;
        if is_email(user_id) { fields.email } else { fields.id }
    }

    /// The string to sign, refused if it is a secret: the page shows it.
    fn public_id<'t>(
        &self,
        user_id: &'t UserId<'_>,
        digits: &'t mut Digits,
        lower_case: &'t mut LowerCase,
    ) -> Result<&'t str, Error> {
        let given = user_id.text(digits, Subject::UserId)?;
        let text = self.identifier(given, Subject::UserId, lower_case)?;
        match self.is_secret(given) | self.is_secret(text) {
            true => Err(Error::new(Code::InvalidOption, Subject::UserId).with(SECRET)),
            false => Ok(text),
        }
    }

    fn check_site_token(&self, page: &Page, site_token: Option<&str>) -> Result<(), Error> {
        let refused = |detail| Err(Error::new(Code::InvalidOption, Subject::Option(SITE_TOKEN)).with(detail));
        match (site_token, page.site_token) {
            (None, Some(token)) if page.loader.is_empty() => refused(Detail::Pass("is missing", token)),
            (None, _) => Ok(()),
            (Some(_), None) => refused(NO_SITE_TOKEN),
            (Some(text), Some(token)) => {
                let bad = Detail::Pass("contains other characters than letters, digits, _ and -, or none", token);
                self.check_option(SITE_TOKEN, text, is_site_token(text), bad)
            }
        }
    }

    fn check_option(&self, name: &'static str, text: &str, is_fit: bool, reason: Detail) -> Result<(), Error> {
        let refused = |reason| Err(Error::new(Code::InvalidOption, Subject::Option(name)).with(reason));
        match (is_fit, self.is_secret(text)) {
            (false, _) => refused(reason),
            (true, true) => refused(SECRET),
            (true, false) => Ok(()),
        }
    }

    fn is_secret(&self, text: &str) -> bool {
        self.secrets.contain(self.provider.key_form, text.as_bytes()).into()
    }
}

/// What stands in a statement's place for a value.
enum Value<'a> {
    Quoted(&'a str),
    Members(&'a str),
}

/// A statement's parts: a placeholder's name, or nothing at its start, and the script behind it.
fn pieces(statement: &str) -> impl Iterator<Item = (&str, &str)> {
    (0..).zip(statement.split('@')).map(|(at, piece)| {
        let name = piece.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(piece.len());
        piece.split_at_checked(if at == 0 { 0 } else { name }).unwrap_or_default()
    })
}

const SITE_TOKEN: &str = "the site token";
const NO_SITE_TOKEN: Detail = Detail::Reason(
    "is not used by this provider",
    "leave it out, and put the loader from the provider's install page into the page",
);
const NO_TRAITS: Detail = Detail::Reason("are not part of this provider's call", "leave them out");
const NONCE: Detail = Detail::Reason(
    "contains other characters than letters, digits, +, /, _ and -, and at most two = at its end",
    "pass the nonce of this response's Content-Security-Policy, without the word nonce- and without quotation marks",
);
const EMPTY_NONCE: Detail = Detail::Reason(
    "is empty, which usually means that your Content-Security-Policy is only half configured",
    "make the policy generate a nonce for each response, or leave the nonce out where there is no policy",
);

fn is_site_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

fn is_nonce(text: &str) -> bool {
    let value = text.trim_end_matches('=');
    text.len().saturating_sub(value.len()) <= 2
        && !value.is_empty()
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'_' | b'-'))
}

/// The fields that identify the user to the vendor; see [`Signer::identity`].
#[derive(Clone)]
pub struct Identity {
    names: [&'static str; 2],
    user_id: String,
    signature: Signature,
}

impl Identity {
    /// The id and the signature, each under the vendor's name for it.
    pub fn fields(&self) -> [(&'static str, &str); 2] {
        let [id, signature] = self.names;
        [(id, &self.user_id), (signature, &self.signature)]
    }

    /// The fields as one JSON object, in ASCII that HTML does not read as markup.
    ///
    /// # Errors
    /// `out-of-memory`: an id may be of any length.
    pub fn to_json(&self) -> Result<String, Error> {
        let lengths = self.fields().map(|(name, value)| quoted_len(name).saturating_add(quoted_len(value)));
        let mut json = String::new();
        json.try_reserve_exact(lengths.into_iter().fold("{:,:}".len(), usize::saturating_add))
            .map_err(out_of_memory)?;
        for (name, value) in self.fields() {
            json.push(if json.is_empty() { '{' } else { ',' });
            quote(&mut json, name);
            json.push(':');
            quote(&mut json, value);
        }
        json.push('}');
        Ok(json)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(..)")
    }
}

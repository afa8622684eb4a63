//! `provider`, `now`, `id` (none where it is empty), `token`, `nonce`, `traits`: one script element that closes, with the
//! user, the right signature and the traits, whatever they say.

use personsig::{Signer, SnippetOptions, Traits, UserId};
use serde_json::Value;

use crate::{code, expected, fields, number, page, provider, secret};

pub fn check(data: &[u8]) {
    let [name, now, id, token, nonce, json] = fields(data);
    let (row, now) = (provider(name), number(now));
    let signer = Signer::new(row.name, secret(row)).expect("a signer");
    let user_id = Some(UserId::Bytes(id)).filter(|_| !id.is_empty());
    let text = |field| str::from_utf8(field).ok().filter(|text: &&str| !text.is_empty());
    let traits = if json.is_empty() { Traits::default() } else { Traits::from_json(json) };
    let mut options = SnippetOptions { traits, site_token: text(token), nonce: text(nonce), now: Some(now) };
    let mut html = signer.snippet(user_id, &options);
    if html.is_err() && options.site_token.is_none() {
        // Some calls carry a token.
        options.site_token = Some("T0k3n");
        html = signer.snippet(user_id, &options);
    }
    let html = match html {
        Ok(html) => html,
        Err(error) => {
            code(&error, &[id, token, nonce, json]);
            return;
        }
    };
    if html.is_empty() {
        assert!(user_id.is_none());
        return;
    }
    let script = page::script(&html, options.nonce);
    // What is the secret is refused; what has it as a part is the caller's own text.
    let given = |text: &[u8]| String::from_utf8_lossy(text).contains(secret(row));
    let traits = serde_json::from_slice::<Value>(json).unwrap_or_default().to_string();
    let is_given = [id, token, nonce, traits.as_bytes()].into_iter().any(given);
    assert!(is_given || !html.contains(secret(row)), "a page shows the secret");
    let Some(user_id) = user_id else { return };
    let identity = signer.identity(user_id, now).expect("what a page shows");
    let [(_, sent), (_, signature)] = identity.fields();
    assert_eq!(signature, expected::signature(row, &expected::key(row, secret(row).as_bytes()), sent, now));
    let quoted = format!("\"{}\"", signature.replace('/', "\\/"));
    assert!(
        script.contains(&quoted) || script.contains(&format!("\"{signature}\"")),
        "the signature is not on the page"
    );
    let Ok(Value::Object(traits)) = serde_json::from_slice(json) else { return };
    let objects = page::objects(script);
    for (name, value) in &traits {
        let found = objects.iter().any(|object| object.get(name).is_some_and(|found| page::same(found, value)));
        assert!(found, "a trait is lost or another one");
    }
}

//! What needs a parser in a page: subresource hashes, a policy in a `meta` element, and the hashes of inline scripts.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lol_html::html_content::ContentType;
use lol_html::send::{HtmlRewriter, Settings};
use lol_html::{MemorySettings, element, text};
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::policy;
use crate::rewrite::{Addresses, Rewriter};

/// The most memory that the parser may take for one page.
const MEMORY_MAX: usize = 32 << 20;

/// The largest inline script that is held back until it is whole, since its hash is wanted.
const SCRIPT_MAX: usize = 8 << 20;

/// What was met.
#[derive(Debug, Default, Clone)]
pub(crate) struct Notes {
    /// A subresource hash was taken off.
    pub(crate) integrity: bool,
    /// The hashes of inline scripts that changed, as a policy writes them, before and after.
    pub(crate) hashes: Vec<(String, String)>,
}

type Shared<T> = Arc<Mutex<T>>;
type Sink = Box<dyn FnMut(&[u8]) + Send>;

fn with<T, R>(shared: &Shared<T>, act: impl FnOnce(&mut T) -> R) -> R {
    act(&mut shared.lock().unwrap_or_else(PoisonError::into_inner))
}

/// A parser through which a page passes in pieces.
pub(crate) struct Markup {
    parser: Option<HtmlRewriter<'static, Sink>>,
    out: Shared<Vec<u8>>,
    notes: Shared<Notes>,
}

impl Markup {
    /// `hashes`: whether inline scripts are changed here, so that their hashes are known.
    pub(crate) fn new(addresses: Arc<Addresses>, authority: &str, hashes: bool) -> Self {
        let (out, notes) = (Shared::<Vec<u8>>::default(), Shared::<Notes>::default());
        let took_off = Arc::clone(&notes);
        let integrity = element!("script[integrity], link[integrity]", move |element| {
            let rel = element.get_attribute("rel").unwrap_or_default().to_ascii_lowercase();
            if element.tag_name() == "script" || rel.contains("preload") {
                element.remove_attribute("integrity");
                with(&took_off, |notes| notes.integrity = true);
            }
            Ok(())
        });
        let allowed = Arc::clone(&addresses);
        let meta = element!("meta[http-equiv][content]", move |element| {
            let named = element.get_attribute("http-equiv").unwrap_or_default();
            if named.eq_ignore_ascii_case("content-security-policy") {
                let policy = unescaped(&element.get_attribute("content").unwrap_or_default());
                // An entity that is not known here ends in a semicolon, as a directive does.
                if !policy.contains('&') {
                    element.set_attribute("content", &policy::rewritten(&policy, &allowed, &[], false))?;
                }
            }
            Ok(())
        });
        let mut settings = Settings::new_send()
            .append_element_content_handler(integrity)
            .append_element_content_handler(meta)
            .with_memory_settings(
                MemorySettings::new()
                    .with_max_allowed_memory_usage(MEMORY_MAX)
                    .with_graceful_bail_out_on_memory_limit_exceeded(true),
            )
            .with_strict(false);
        if hashes {
            let (changed, authority, mut script) = (Arc::clone(&notes), authority.to_owned(), String::new());
            let mut is_too_large = false;
            settings = settings.append_element_content_handler(text!("script", move |chunk| {
                if is_too_large {
                    is_too_large = !chunk.last_in_text_node();
                    return Ok(());
                }
                script.push_str(chunk.as_str());
                if script.len() > SCRIPT_MAX {
                    is_too_large = !chunk.last_in_text_node();
                    chunk.replace(&std::mem::take(&mut script), ContentType::Html);
                } else if chunk.last_in_text_node() {
                    let before = std::mem::take(&mut script);
                    let mut rewriter = Rewriter::new(Arc::clone(&addresses), &authority);
                    let mut after = rewriter.push(before.as_bytes());
                    after.extend(rewriter.finish());
                    let after = String::from_utf8_lossy(&after).into_owned();
                    if after != before {
                        with(&changed, |notes| notes.hashes.extend(in_pairs(&before, &after)));
                    }
                    chunk.replace(&after, ContentType::Html);
                } else {
                    chunk.remove();
                }
                Ok(())
            }));
        }
        let written = Arc::clone(&out);
        let sink: Sink = Box::new(move |piece| with(&written, |out| out.extend_from_slice(piece)));
        Markup { parser: Some(HtmlRewriter::new(settings, sink)), out, notes }
    }

    /// What can be passed on so far. Where the parser gives up, the rest passes as it is.
    pub(crate) fn push(&mut self, chunk: &[u8]) -> Vec<u8> {
        match &mut self.parser {
            Some(parser) => {
                if parser.write(chunk).is_err() {
                    self.parser = None;
                }
            }
            None => with(&self.out, |out| out.extend_from_slice(chunk)),
        }
        with(&self.out, std::mem::take)
    }

    pub(crate) fn finish(self) -> (Vec<u8>, Notes) {
        if let Some(parser) = self.parser {
            // What it says is that its memory ran out; what it has is passed on.
            let _ = parser.end();
        }
        (with(&self.out, std::mem::take), with(&self.notes, |notes| notes.clone()))
    }
}

/// An attribute's value with the entities in which templates write quotation marks.
fn unescaped(value: &str) -> String {
    let entities =
        [("&#39;", "'"), ("&#x27;", "'"), ("&#X27;", "'"), ("&apos;", "'"), ("&#34;", "\""), ("&quot;", "\"")];
    entities.iter().fold(value.to_owned(), |value, (entity, mark)| value.replace(entity, mark))
}

/// How a policy may name the two texts, as browsers hash them: with each line ending in LF.
/// <https://html.spec.whatwg.org/multipage/parsing.html#preprocessing-the-input-stream>
fn in_pairs(before: &str, after: &str) -> [(String, String); 3] {
    fn source<D: Digest>(name: &str, text: &str) -> String {
        format!("'{name}-{}'", STANDARD.encode(D::digest(text.as_bytes())))
    }
    let [before, after] = &[before, after].map(|text| text.replace("\r\n", "\n").replace('\r', "\n"));
    [
        (source::<Sha256>("sha256", before), source::<Sha256>("sha256", after)),
        (source::<Sha384>("sha384", before), source::<Sha384>("sha384", after)),
        (source::<Sha512>("sha512", before), source::<Sha512>("sha512", after)),
    ]
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Markup, Notes};
    use crate::rewrite::Addresses;

    fn passed(html: &str, hashes: bool) -> (String, Notes) {
        let mut markup = Markup::new(Arc::new(Addresses::new::<&str>(&[], &[])), "localhost:8787", hashes);
        let mut out = Vec::new();
        for piece in html.as_bytes().chunks(5) {
            out.extend(markup.push(piece));
        }
        let (rest, notes) = markup.finish();
        out.extend(rest);
        (String::from_utf8(out).unwrap(), notes)
    }

    #[test]
    fn a_page_without_anything_to_change_stays_as_it_is_to_the_byte() {
        let html = "<!DOCTYPE html>\r\n<html  lang=en><p CLASS=a>é&nbsp;<br/><script nonce=x>if (a<b) {}</script><img src=a><!-- c --><table><p>";
        assert_eq!(passed(html, false).0, html);
        assert_eq!(passed(html, true).0, html);
    }

    #[test]
    fn a_subresource_hash_on_a_script_is_taken_off() {
        let (html, notes) = passed(
            "<script src=a.js integrity=sha384-x></script><link rel=stylesheet href=a.css integrity=sha384-y>",
            false,
        );
        assert_eq!(html, "<script src=a.js></script><link rel=stylesheet href=a.css integrity=sha384-y>");
        assert!(notes.integrity);
    }

    #[test]
    fn a_policy_in_the_page_is_changed_as_one_in_a_header() {
        let (html, _) =
            passed("<meta http-equiv=Content-Security-Policy content=\"script-src https://fast.chameleon.io\">", false);
        assert_eq!(html, "<meta http-equiv=Content-Security-Policy content=\"script-src 'self'\">");
    }

    #[test]
    fn a_policy_in_the_page_may_have_its_quotation_marks_escaped() {
        for mark in ["&#39;", "&#x27;", "&apos;"] {
            let policy = format!("script-src {mark}self{mark} https://fast.chameleon.io; img-src {mark}none{mark}");
            let (html, _) = passed(&format!("<meta http-equiv=Content-Security-Policy content=\"{policy}\">"), false);
            let changed = "script-src 'self'; img-src 'none'";
            assert_eq!(html, format!("<meta http-equiv=Content-Security-Policy content=\"{changed}\">"));
        }
        let other =
            "<meta http-equiv=Content-Security-Policy content=\"script-src https://fast.chameleon.io&semi; x\">";
        assert_eq!(passed(other, false).0, other);
    }

    #[test]
    fn an_inline_script_of_any_size_is_not_held_for_ever() {
        let mut markup = Markup::new(Arc::new(Addresses::new::<&str>(&[], &[])), "localhost:8787", true);
        let piece = vec![b'x'; 1 << 20];
        let mut out = markup.push(b"<script>");
        for _ in 0..20 {
            out.extend(markup.push(&piece));
        }
        assert!(out.len() >= 19 << 20, "{}", out.len());
        out.extend(markup.push(b"</script><script>d.src='//d1l6p2sc9645hc.cloudfront.net/tracker.js'</script>"));
        let (rest, notes) = markup.finish();
        out.extend(rest);
        assert!(out.starts_with(b"<script>xx") && out.len() > 20 << 20);
        assert_eq!(notes.hashes.len(), 3, "the next one is small");
    }

    #[test]
    fn an_inline_script_that_changes_has_another_hash() {
        let loader = "d.src='//d1l6p2sc9645hc.cloudfront.net/tracker.js'";
        let (html, notes) = passed(&format!("<script>{loader}</script><script>other()</script>"), true);
        assert_eq!(
            html,
            "<script>d.src='//localhost:8787/_personsig/gosquared/tracker.js'</script><script>other()</script>"
        );
        assert_eq!(notes.hashes.len(), 3);
        assert!(notes.hashes[0].0.starts_with("'sha256-") && notes.hashes[0].0 != notes.hashes[0].1);
    }
}

//! PROVIDERS.md and the READMEs' tables of vendors, made of the rows.

use std::path::Path;

use super::{Identifier, KeyForm, Provider, providers};
use crate::encoding::Encoding;
use crate::scheme::Scheme;

const HEAD: &str = "\
# Providers

Made of the rows in `src/provider.rs` by `cargo test -p personsig` with `UPDATE=1`; do not edit it. For each vendor: what is
signed, where its secret is, what `identity` returns, what `snippet` writes, and what the vendor does with a wrong signature.
\"Not read\" means that the vendor's own pages and code, as far as they were read, do not say.

`ID` is the id as a string, `SIGNATURE` the signature, `TOKEN` the site token, `TRAITS` the traits.
";

fn text() -> String {
    let sections = providers().iter().map(section);
    std::iter::once(HEAD.into()).chain(sections).collect::<Vec<_>>().join("\n")
}

fn section(row: &Provider) -> String {
    let notes = &row.notes;
    let read = |text: Option<&str>| text.unwrap_or("not read").to_owned();
    let mut text = format!("## {}\n\n[{}]({})", row.name, row.title, row.documentation);
    if let Some(better) = row.legacy {
        text += &format!(". For new installations the vendor recommends {better}");
    }
    text += ".\n\n";
    let mut line = |name: &str, value: String| text += &format!("- **{name}**: {value}\n");
    line("Signed", format!("{}, in {}", signed(row), row.encoding.name()));
    let secret = if notes.secret.is_empty() { "the secret" } else { notes.secret };
    let digits = if row.key_form == KeyForm::Hex { "; hex digits, which are decoded" } else { "" };
    let place = notes.place.unwrap_or("where it is shown was not read");
    line("Secret", format!("{secret}, {place}{digits}"));
    line("Variable", format!("`{}`", row.secret_variable));
    line("Fields", fields(row));
    line("Page", page(row));
    if let Some(token) = row.page.and_then(|page| page.site_token) {
        line(
            "Site token",
            format!(
                "{token}{}",
                if row.page.is_some_and(|page| page.loader.is_empty()) {
                    ""
                } else {
                    "; without it, the page loads the vendor's script"
                }
            ),
        );
    }
    line("Logout", notes.logout.map_or("not read".into(), |call| call.into()));
    line("Wrong signature", read(notes.refusal));
    notes.remarks.iter().for_each(|remark| text += &format!("- {remark}\n"));
    text
}

fn signed(row: &Provider) -> String {
    let identifier = match row.identifier {
        Identifier::Id => "the id",
        Identifier::Email => "the e-mail",
        Identifier::IdOrEmail => "the id or the e-mail",
    };
    let lower_case = if row.lowercase_email { ", A to Z of an e-mail in lower case" } else { "" };
    let time = if row.scheme == Scheme::Timestamped { ", `-` and the time" } else { "" };
    format!("{identifier}{time}{lower_case}")
}

fn fields(row: &Provider) -> String {
    let fields = &row.fields;
    let email = if fields.email == fields.id { String::new() } else { format!(" or `{}`", fields.email) };
    format!("`{}`{email}, `{}`", fields.id, fields.signature)
}

fn page(row: &Provider) -> String {
    let Some(page) = row.page else {
        return "no `snippet`: pass the fields to the vendor's component".into();
    };
    let lines = page.statements.iter().map(|line| {
        let line = line.replace("@id", "ID").replace("@signature", "SIGNATURE").replace("@token", "TOKEN");
        format!("`{}`", line.replace("@field", "FIELD").replace("@more", ",TRAITS").replace("@traits", "TRAITS"))
    });
    let traits = match page.reserved {
        None => "; it takes no traits".into(),
        Some([]) => String::new(),
        Some(names) => {
            let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
            format!("; no trait is called {}", names.join(", "))
        }
    };
    lines.collect::<Vec<_>>().join(", ") + &traits
}

/// The README's table. `prefix` leads to PROVIDERS.md.
fn table(prefix: &str) -> String {
    let mut text = String::from(
        "A signature is the HMAC-SHA256 of the id under the secret, in hex where the table names no other encoding. With a time \
         `T`, in\nwhole Unix seconds, it is the HMAC of `id-T`, and `-T` follows it.\n\n",
    );
    text += "| provider | vendor | signs | environment variable |\n|---|---|---|---|\n";
    for row in providers() {
        let encoding = if row.encoding == Encoding::Hex { "" } else { row.encoding.name() };
        let encoding = if encoding.is_empty() { String::new() } else { format!(", {encoding}") };
        let legacy = if row.legacy.is_some() { " \\*" } else { "" };
        let (name, title, variable) = (row.name, row.title, row.secret_variable);
        let signs = signed(row).replace(", A to Z of an e-mail in lower case", ", lower-cased");
        let signs = signs.trim_start_matches("the ").replace(" the ", " ");
        text += &format!(
            "| [`{name}`]({prefix}PROVIDERS.md#{name}) | {title}{legacy} | {signs}{encoding} | `{variable}` |\n"
        );
    }
    text + "\n\\* For new installations the vendor recommends something else; its section says what.\n"
}

/// What stands in a file, or what should: `UPDATE=1` writes it.
fn check(path: &str, fresh: impl Fn(&str) -> String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let old = std::fs::read_to_string(&path).unwrap_or_default();
    let new = fresh(&old);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &new).expect("a writable file");
    } else {
        assert!(old == new, "UPDATE=1 cargo test -p personsig writes {}", path.display());
    }
}

#[test]
fn the_page_of_providers_is_fresh() {
    check("PROVIDERS.md", |_| text());
}

#[test]
fn the_readmes_tables_are_fresh() {
    // The crate's own, and where this is the repository, which has a contract, the repository's.
    let is_repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/CONTRACT.md").exists();
    let readmes = [("README.md", ""), ("../README.md", "core/")];
    for (path, prefix) in readmes.into_iter().take(if is_repository { 2 } else { 1 }) {
        check(path, |old| {
            let (begin, end) = ("<!-- providers: made of core/src/provider.rs -->\n", "<!-- end of providers -->\n");
            let (before, rest) = old.split_once(begin).expect("the table's beginning");
            let (_, after) = rest.split_once(end).expect("the table's end");
            format!("{before}{begin}{}{end}{after}", table(prefix))
        });
    }
}

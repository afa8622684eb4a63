//! The script element for a page, and the same as data for an endpoint of one's own. In production the secret comes from
//! the environment: `Signer::from_env("gosquared", None)`.

use personsig::{Error, Signer, SnippetOptions, Trait, Traits};

fn main() -> Result<(), Error> {
    let gosquared = Signer::new("gosquared", "personsig-test-secret")?;

    // The id is the one that your session authenticated, never one that the request says.
    let traits = Traits::from([("name", Trait::from("O'Brien")), ("seats", 3.into())]);
    let options = SnippetOptions { traits, nonce: Some("rAnd0m"), ..SnippetOptions::default() };
    println!("{}", gosquared.snippet(Some(123456), &options)?);

    // A visitor who is not logged in is not signed.
    println!("'{}'", gosquared.snippet(None::<&str>, &SnippetOptions::default())?);

    // For a page that asks your server: answer it with "Cache-Control: private, no-store".
    println!("{}", gosquared.identity(123456, None)?.to_json()?);
    Ok(())
}

//! Replaces a secret: the new one signs, the old one still verifies until it is dropped.

use personsig::{Error, Secret, Signer};

fn main() -> Result<(), Error> {
    let old = Signer::new("gosquared", "personsig-test-secret")?.sign("123456")?;
    let signer = Signer::with_fallbacks("gosquared", "personsig-new-secret", &[Secret::from("personsig-test-secret")])?;
    for signature in [old, signer.sign("123456")?] {
        println!("valid, with secret {}", signer.verify("123456", &*signature)?.secret_index);
    }
    Ok(())
}

//! Before and after: HMAC by hand, and the same signature from personsig.
//!
//! The lines before are correct, and they check nothing: keep the secret non-empty and without white space yourself.

use hmac::{Hmac, KeyInit, Mac};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(std::env::var("GOSQUARED_SECURE_MODE_SECRET")?.as_bytes())?;
    mac.update(b"123456");
    println!("{}", hex::encode(mac.finalize().into_bytes()));

    println!("{}", personsig::Signer::from_env("gosquared", None)?.sign("123456")?);
    Ok(())
}

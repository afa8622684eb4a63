//! Checks a signature: the user's own, then the same shown for somebody else.

use personsig::{Error, Signer, VerifyOptions};

fn main() -> Result<(), Error> {
    let signer = Signer::new("chameleon", "personsig-test-secret")?;
    let signature = "05e19f815e0f91571951e927b3be86ff14c677828d8b61c9aab4bd8ec46d4537-1596165824";
    let hour_later = VerifyOptions { now: Some(1596165824 + 3600), ..VerifyOptions::default() };
    for user_id in ["123456", "654321"] {
        match signer.verify_with(user_id, signature, &hour_later) {
            Ok(verified) => {
                let signed_at = verified.signed_at.unwrap_or_default();
                println!("valid, signed at {signed_at} with secret {}", verified.secret_index);
            }
            Err(error) => println!("refused: {}", error.code()),
        }
    }
    Ok(())
}

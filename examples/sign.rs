//! Signs one user for both providers. In production the secret comes from the environment:
//! `Signer::from_env("gosquared", None)`.

use personsig::{Error, Signer};

fn main() -> Result<(), Error> {
    let gosquared = Signer::new("gosquared", "personsig-test-secret")?;
    println!("{}", gosquared.sign("123456")?);

    // A timestamped provider signs the time too; `sign` takes the system's clock.
    let chameleon = Signer::new("chameleon", "personsig-test-secret")?;
    println!("{}", chameleon.sign_at("123456", 1596165824)?);
    Ok(())
}

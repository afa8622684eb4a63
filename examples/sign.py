"""Signs one user for both providers."""

import personsig

secret = "personsig-test-secret"  # in production: personsig.Signer.from_env("gosquared")

gosquared = personsig.Signer("gosquared", secret)
print(gosquared.sign(123456))

# `now` makes the output the same every time; leave it out and the system's clock is read.
chameleon = personsig.Signer("chameleon", secret)
print(chameleon.sign("123456", now=1596165824))

# Signs one user for both providers.

require "personsig"

secret = "personsig-test-secret" # in production: Personsig::Signer.from_env("gosquared")

gosquared = Personsig::Signer.new("gosquared", secret)
puts gosquared.sign(123456)

# `now` makes the output the same every time; leave it out and the system's clock is read.
chameleon = Personsig::Signer.new("chameleon", secret)
puts chameleon.sign("123456", now: 1596165824)

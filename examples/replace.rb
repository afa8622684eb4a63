# Before and after: a hand-written HMAC line, and the same signature from personsig.
#
# The line before is correct, and it is what to use where the gem cannot be installed. It checks nothing: keep the
# secret non-empty and without white space yourself.

require "openssl"

puts OpenSSL::HMAC.hexdigest("SHA256", ENV.fetch("GOSQUARED_SECURE_MODE_SECRET"), "123456")

require "personsig"

puts Personsig::Signer.from_env("gosquared").sign("123456")

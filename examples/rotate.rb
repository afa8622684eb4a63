# Replaces a secret without an outage: the new one signs, the old one still verifies.

require "personsig"

# In production Signer.from_env does the same: the old secret goes into the same variable's name + _PREVIOUS.
signer = Personsig::Signer.new("gosquared", "personsig-new-secret", fallback_secrets: ["personsig-test-secret"])

old = "0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64"
fresh = signer.sign("123456")

[old, fresh].each do |signature|
  verified = signer.verify("123456", signature)
  puts "valid, with secret #{verified.secret_index}"
end

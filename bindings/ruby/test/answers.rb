# frozen_string_literal: true

require "personsig"

# Fresh Strings of every layout, so that the collector has something to move and to free.
def answers
  id = "user-#{"x" * rand(1..60)}"
  signer = Personsig::Signer.new("gosquared", "secret-#{"y" * 40}", fallback_secrets: ["old-#{"z" * 40}", "o"])
  signature = signer.sign(id)
  refused = signer.verify("#{id}-2", signature) rescue $!.code
  wide = id.encode("UTF-16LE")
  [signer.verify(id, signature).secret_index, signer.valid?(wide, signature), refused, signer.inspect,
   (signer.explain(wide, signature, also: [wide, id, 2**100]).map(&:code)), Personsig.providers.size,
   signer.sign_many([wide, id, "x"]).take(2).uniq == [signature], signer.identity(wide) == {id: id, auth: signature},
   signer.snippet(wide, traits: {wide => [id, {"a#{id}": 2**50}]}, nonce: "abc#{"d" * 30}").include?(signature)]
end

EXPECTED = [
  0, true, "signature-mismatch", "Signer(provider='gosquared')", ["valid"], Personsig.providers.size, true, true, true
].freeze

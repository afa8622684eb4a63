# Checks a signature as the other end does, and shows how one is refused.

require "personsig"

signature = "05e19f815e0f91571951e927b3be86ff14c677828d8b61c9aab4bd8ec46d4537-1596165824"
signer = Personsig::Signer.new("chameleon", "personsig-test-secret")

%w[123456 654321].each do |user_id|
  # An hour after it was signed. Leave `now` out and the system's clock is read.
  verified = signer.verify(user_id, signature, now: 1596165824 + 3600)
  puts "valid, signed at #{verified.signed_at} with secret #{verified.secret_index}"
rescue Personsig::VerificationError => e
  puts "refused: #{e.code}"
end

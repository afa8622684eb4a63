# The script element for a page, and the same as data for an endpoint of one's own.

require "json"
require "personsig"

gosquared = Personsig::Signer.new("gosquared", "personsig-test-secret") # in production: Personsig::Signer.from_env("gosquared")

# The id is the one that your session authenticated, never one that the request says.
puts gosquared.snippet(123456, traits: { name: "O'Brien", seats: 3 }, nonce: "rAnd0m")

# A visitor who is not logged in is not signed.
puts "'#{gosquared.snippet(nil)}'"

# For a page that asks your server: answer it with "Cache-Control: private, no-store".
puts gosquared.identity(123456).to_json

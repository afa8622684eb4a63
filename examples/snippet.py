"""The script element for a page, and the same as data for an endpoint of one's own."""

import json

import personsig

secret = "personsig-test-secret"  # in production: personsig.Signer.from_env("gosquared")
gosquared = personsig.Signer("gosquared", secret)

# The id is the one that your session authenticated, never one that the request says.
print(gosquared.snippet(123456, traits={"name": "O'Brien", "seats": 3}, nonce="rAnd0m"))

# A visitor who is not logged in is not signed.
print(repr(str(gosquared.snippet(None))))

# For a page that asks your server: answer it with "Cache-Control: private, no-store".
print(json.dumps(gosquared.identity(123456), separators=(",", ":")))

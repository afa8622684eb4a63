"""Checks a signature as the other end does, and shows how one is refused."""

import personsig

signature = "05e19f815e0f91571951e927b3be86ff14c677828d8b61c9aab4bd8ec46d4537-1596165824"
signer = personsig.Signer("chameleon", "personsig-test-secret")

for user_id in ["123456", "654321"]:
    try:
        # An hour after it was signed. Leave `now` out and the system's clock is read.
        verified = signer.verify(user_id, signature, now=1596165824 + 3600)
        print(f"valid, signed at {verified.signed_at} with secret {verified.secret_index}")
    except personsig.VerificationError as error:
        print(f"refused: {error.code}")

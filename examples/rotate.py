"""Replaces a secret without an outage: the new one signs, the old one still verifies."""

import personsig

# In production Signer.from_env does the same: the old secret goes into the same variable's name + _PREVIOUS.
signer = personsig.Signer("gosquared", "personsig-new-secret", fallback_secrets=["personsig-test-secret"])

old = "0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64"
fresh = signer.sign("123456")

for signature in [old, fresh]:
    verified = signer.verify("123456", signature)
    print(f"valid, with secret {verified.secret_index}")

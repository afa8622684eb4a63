"""Before and after: a hand-written HMAC line, and the same signature from personsig.

The line before is correct, and it is what to use where the package cannot be installed. It checks nothing: keep the
secret non-empty and without white space yourself.
"""

import hashlib
import hmac
import os

print(hmac.new(os.environb[b"GOSQUARED_SECURE_MODE_SECRET"], "123456".encode(), hashlib.sha256).hexdigest())

from personsig import Signer  # noqa: E402

print(Signer.from_env("gosquared").sign("123456"))

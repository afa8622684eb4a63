"""An adapter around an HMAC that was written by hand: `make conformance ADAPTER='python3 tests/adapters/example.py'` judges it.

Put your own code in place of `sign` and `verify`, and say in CLAIMS what it does. tests/README.md has the protocol.
"""

import hashlib
import hmac
import json
import sys

CLAIMS = {"surface": "example", "operations": ["sign", "verify"], "providers": ["gosquared"], "errors": ["signature-mismatch"]}


def sign(secret, user_id):
    return hmac.new(secret, user_id.encode(), hashlib.sha256).hexdigest()


def verify(secrets, user_id, signature):
    matches = [hmac.compare_digest(sign(secret, user_id), signature) for secret in secrets]
    return {"result": {"secret_index": matches.index(True), "signed_at": None}} if any(matches) else {"error": "signature-mismatch"}


def run(operation, given):
    secrets = [given["secret"], *given.get("fallback_secrets", [])]
    secrets = [bytes.fromhex(secret["hex"]) if isinstance(secret, dict) else secret.encode() for secret in secrets]
    if operation == "sign":
        return {"result": {"signature": sign(secrets[0], given["user_id"])}}
    return verify(secrets, given["user_id"], given["signature"])


for line in sys.stdin:
    request = json.loads(line)
    if request["cmd"] == "stop":
        break
    try:
        answer = CLAIMS if request["cmd"] == "start" else {"seq": request["seq"]} | run(request["operation"], request["input"])
    except Exception as error:
        answer = {"seq": request["seq"], "crash": repr(error)}
    print(json.dumps(answer), flush=True)

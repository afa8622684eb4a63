#!/bin/sh
# Checks a signature as the other end does, and shows how one is refused.
set -eu

export CHAMELEON_VERIFICATION_SECRET=personsig-test-secret
signature=05e19f815e0f91571951e927b3be86ff14c677828d8b61c9aab4bd8ec46d4537-1596165824
hour_later=1596169424 # leave --now out and the system's clock is read

for user_id in 123456 654321; do
    # A refusal is exit code 1. With --json the answer is an object; without, it is written for people.
    personsig verify --provider chameleon --now "$hour_later" --json "$user_id" "$signature" | sed \
        -e 's/.*"secret_index":\([0-9]*\),"signed_at":\([0-9]*\).*/valid, signed at \2 with secret \1/' \
        -e 's/.*"error":"\([a-z-]*\)".*/refused: \1/'
done

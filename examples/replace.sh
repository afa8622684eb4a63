#!/bin/sh
# Before and after: openssl's HMAC, and the same signature from personsig.
#
# The line before is correct, but it shows the secret to everybody who can list processes, and it checks nothing.
# personsig never takes a secret as an argument.
set -eu

printf %s 123456 | openssl dgst -sha256 -hmac "$GOSQUARED_SECURE_MODE_SECRET" -r | cut -d' ' -f1

personsig sign --provider gosquared 123456

#!/bin/sh
# Replaces a secret without an outage: the new one signs, the old one still verifies.
set -eu

export GOSQUARED_SECURE_MODE_SECRET=personsig-new-secret
export GOSQUARED_SECURE_MODE_SECRET_PREVIOUS=personsig-test-secret

old=0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64
fresh=$(personsig sign --provider gosquared 123456)

for signature in "$old" "$fresh"; do
    personsig verify --provider gosquared --json 123456 "$signature" |
        sed 's/.*"secret_index":\([0-9]*\).*/valid, with secret \1/'
done

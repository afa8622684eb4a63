#!/bin/sh
# The script element for a page, and the same as data for an endpoint of one's own.
set -eu

# In production this is set where the program runs.
export GOSQUARED_SECURE_MODE_SECRET=personsig-test-secret

# The id is the one that your session authenticated, never one that the request says.
printf %s '{"name": "O'\''Brien", "seats": 3}' |
    personsig snippet --provider gosquared --traits - --nonce rAnd0m 123456

# A visitor who is not logged in is not signed.
echo "'$(personsig snippet --provider gosquared)'"

# For a page that asks your server: answer it with 'Cache-Control: private, no-store'.
personsig identity --provider gosquared 123456

#!/bin/sh
# Signs one user for both providers.
set -eu

# In production these are set where the program runs, and each provider has a secret of its own.
export GOSQUARED_SECURE_MODE_SECRET=personsig-test-secret
export CHAMELEON_VERIFICATION_SECRET=personsig-test-secret

personsig sign --provider gosquared 123456

# --now makes the output the same every time; leave it out and the system's clock is read.
personsig sign --provider chameleon --now 1596165824 123456

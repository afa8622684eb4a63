<?php
// Signs one user for both providers.

use Personsig\Signer;

$secret = 'personsig-test-secret'; // in production: Signer::fromEnv('gosquared')

$gosquared = new Signer('gosquared', $secret);
echo $gosquared->sign(123456), "\n";

// `now` makes the output the same every time; leave it out and the system's clock is read.
$chameleon = new Signer('chameleon', $secret);
echo $chameleon->sign('123456', now: 1596165824), "\n";

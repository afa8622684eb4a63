<?php
// Replaces a secret without an outage: the new one signs, the old one still verifies.

use Personsig\Signer;

// In production Signer::fromEnv does the same: the old secret goes into the same variable's name + _PREVIOUS.
$signer = new Signer('gosquared', 'personsig-new-secret', fallbackSecrets: ['personsig-test-secret']);

$old = '0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64';
$fresh = $signer->sign('123456');

foreach ([$old, $fresh] as $signature) {
    $verified = $signer->verify('123456', $signature);
    echo "valid, with secret $verified->secretIndex\n";
}

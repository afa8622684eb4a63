<?php
// Checks a signature as the other end does, and shows how one is refused.

use Personsig\{Signer, VerificationException};

$signature = '05e19f815e0f91571951e927b3be86ff14c677828d8b61c9aab4bd8ec46d4537-1596165824';
$signer = new Signer('chameleon', 'personsig-test-secret');

foreach (['123456', '654321'] as $userId) {
    try {
        // An hour after it was signed. Leave `now` out and the system's clock is read.
        $verified = $signer->verify($userId, $signature, now: 1596165824 + 3600);
        echo "valid, signed at $verified->signedAt with secret $verified->secretIndex\n";
    } catch (VerificationException $e) {
        echo "refused: $e->reason\n";
    }
}

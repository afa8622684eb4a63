<?php
// The script element for a page, and the same as data for an endpoint of one's own.

use Personsig\Signer;

$gosquared = new Signer('gosquared', 'personsig-test-secret'); // in production: Signer::fromEnv('gosquared')

// The id is the one that your session authenticated, never one that the request says.
echo $gosquared->snippet(123456, traits: ['name' => "O'Brien", 'seats' => 3], nonce: 'rAnd0m'), "\n";

// A visitor who is not logged in is not signed.
echo "'", $gosquared->snippet(null), "'\n";

// For a page that asks your server: answer it with 'Cache-Control: private, no-store'.
echo json_encode($gosquared->identity(123456)), "\n";

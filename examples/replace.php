<?php
// Before and after: a hand-written HMAC line, and the same signature from personsig.
//
// The line before is correct, and it is what to use where the extension cannot be loaded. It checks nothing: keep the
// secret non-empty and without white space yourself. Use getenv(): $_ENV is empty with the stock php.ini.

echo hash_hmac('sha256', '123456', getenv('GOSQUARED_SECURE_MODE_SECRET')), "\n";

echo Personsig\Signer::fromEnv('gosquared')->sign('123456'), "\n";

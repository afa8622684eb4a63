<?php
// For a server of requests: /7 signs 7 ids at once.

$ids = range(1, (int) substr($_SERVER['REQUEST_URI'], 1));
echo count((new Personsig\Signer('gosquared', 'x'))->signMany($ids)), ' signatures of ', getmypid();

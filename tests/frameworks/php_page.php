<?php
// A page in plain PHP: the snippet is echoed, the nonce a variable.

use Personsig\InputException;
use Personsig\Signer;

[, $id, $name] = $argv;

try {
    $gosquared = Signer::fromEnv('gosquared');
} catch (InputException $error) {
    if ($error->reason !== 'missing-secret') {
        throw $error;
    }
    $gosquared = null;
}

$pages = [];
foreach (['page' => ['id' => $id, 'name' => $name], 'page?visitor' => null] as $path => $user) {
    $nonce = base64_encode(random_bytes(16));
    ob_start();
    ?>
<p><?= htmlspecialchars($user['name'] ?? '') ?></p>
<?= $gosquared?->snippet($user['id'] ?? null, traits: ['name' => $user['name'] ?? null], siteToken: 'GSN-000000-A', nonce: $nonce) ?>

<p>after</p>
<?php
    $pages[$path] = ['policy' => "script-src 'nonce-$nonce' 'strict-dynamic'", 'html' => ob_get_clean()];
}
echo json_encode($pages, JSON_THROW_ON_ERROR);

<?php
// A small app in plain PHP that says who is logged in, signed, to GoSquared and Chameleon.
// php -S 127.0.0.1:8000 app.php

use Personsig\Signer;

$gosquared = Signer::fromEnv('gosquared');
$chameleon = Signer::fromEnv('chameleon');

$users = [
    'ada' => ['id' => 123456, 'name' => 'Ada Lovelace'],
    // What somebody may have typed must arrive at the vendors as it is, and do nothing on the way.
    'obrien' => ['id' => '"><img src=x onerror=alert(1)>', 'name' => "O'Brien</script><script>alert(1)</script>"],
];

$nonce = base64_encode(random_bytes(16));
// 'strict-dynamic': what a script with the nonce loads may run, the vendors' scripts that is, and nothing else.
header("Content-Security-Policy: default-src 'none'; script-src 'nonce-$nonce' 'strict-dynamic'; style-src 'nonce-$nonce'; "
    . 'connect-src https://*.gosquared.com https://*.chameleon.io; '
    . "base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
header('Cache-Control: private, no-store'); // a page with a signature is for one user only
header('X-Content-Type-Options: nosniff');
session_cache_limiter(''); // the header above says it
session_start(['use_strict_mode' => true, 'cookie_httponly' => true, 'cookie_samesite' => 'Lax']); // with https also cookie_secure

// A browser says where a form comes from. Other sites may neither log anybody in nor out.
$own = (empty($_SERVER['HTTPS']) ? 'http://' : 'https://') . ($_SERVER['HTTP_HOST'] ?? '');
if ($_SERVER['REQUEST_METHOD'] === 'POST' && ($_SERVER['HTTP_ORIGIN'] ?? $own) !== $own) {
    http_response_code(403);
    exit;
}

$user = $users[$_SESSION['user'] ?? ''] ?? null;
$left = false;

switch ($_SERVER['REQUEST_METHOD'] . ' ' . parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH)) {
    case 'GET /':
    case 'HEAD /':
        break;

    case 'POST /login':
        session_regenerate_id(true);
        $_SESSION = ['user' => (string) filter_input(INPUT_POST, 'user')]; // a real app checks a password first
        header('Location: /', true, 303);
        exit;

    case 'POST /logout':
        session_regenerate_id(true);
        $_SESSION = [];
        $user = null;
        $left = true;
        break;

    case 'GET /identity': // For scripts. It signs the session's user, whatever the request asks for.
        header('Content-Type: application/json');
        http_response_code($user ? 200 : 401);
        echo json_encode($user
            ? ['gosquared' => $gosquared->identity($user['id']), 'chameleon' => $chameleon->identity($user['id'])]
            : ['error' => 'not logged in']);
        exit;

    default:
        http_response_code(404);
        exit;
}

$id = $user['id'] ?? null;
$traits = $user ? ['name' => $user['name']] : [];
?>
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>personsig with plain PHP</title>
<style nonce="<?= $nonce ?>">
body { max-width: 34rem; margin: 4rem auto; padding: 0 1rem; font: 1.1rem/1.6 system-ui, sans-serif; color: #1d2733; background: #f2f5f7 }
main { padding: 1.5rem 2rem; background: #fff; border-radius: .75rem; box-shadow: 0 1px 6px #0002; overflow-wrap: anywhere }
button { font: inherit; padding: .4rem 1rem; border: 0; border-radius: .4rem; color: #fff; background: #2457a6; cursor: pointer }
dt, header { color: #67727e; font-size: .9rem } dd { margin: 0 0 .8rem } h1 { font-size: 1.4rem } p { margin: 1rem 0 }
</style>
<script nonce="<?= $nonce ?>">
// Stands for the lines of your own Chameleon install page, which hold your account's token: calls wait until its script is there.
chmln = {};
["identify", "clear"].forEach(function (name) {
  var calls = chmln[name + "_a"] = [];
  chmln[name] = function () { calls.push(arguments); };
});
document.head.appendChild(document.createElement("script")).src = "https://fast.chameleon.io/messo/ACCOUNT-TOKEN/messo.min.js";
</script>
<?= $gosquared->snippet($id, traits: $traits, siteToken: 'GSN-000000-A', nonce: $nonce) ?>

<?= $chameleon->snippet($id, traits: $traits, nonce: $nonce) ?>

<?php if ($left): ?><script nonce="<?= $nonce ?>">_gs("unidentify"); chmln.clear();</script><?php endif ?>

</head>
<body>
<header>personsig with plain PHP</header>
<main>
<?php if ($user): ?>
<h1>You are logged in</h1>
<dl><dt>Name</dt><dd><?= htmlspecialchars($user['name']) ?></dd><dt>Id</dt><dd><?= htmlspecialchars($user['id']) ?></dd></dl>
<p>This page's source shows what the vendors are told; <a href="/identity">/identity</a> is the same for scripts.</p>
<form method="post" action="/logout"><button>Log out</button></form>
<?php else: ?>
<h1><?= $left ? 'You are logged out' : 'Welcome, visitor' ?></h1>
<p>Nobody is logged in, so nothing is signed. Log in as</p>
<form method="post" action="/login"><button name="user" value="ada">Ada</button> <button name="user" value="obrien">O'Brien</button></form>
<?php endif ?>
</main>
</body>
</html>

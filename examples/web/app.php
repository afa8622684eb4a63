<?php
// A small app in plain PHP that tells GoSquared and Chameleon who is logged in, signed, and shows what it tells them.
// php -S 127.0.0.1:8000 app.php

use Personsig\Signer;

ini_set('display_errors', '0'); // they go to the log; your php.ini says the same
ini_set('log_errors', '1');

$gosquared = Signer::fromEnv('gosquared');
$chameleon = Signer::fromEnv('chameleon');

const USERS = [
    'ada' => ['id' => 123456, 'name' => 'Ada Lovelace'],
    // What somebody may have typed must reach the vendors unchanged, and do nothing on the way.
    'obrien' => ['id' => '"><img src=x onerror=alert(1)>', 'name' => "O'Brien</script><script>alert(1)</script>"],
];

$nonce = base64_encode(random_bytes(16));
// 'strict-dynamic': scripts that a script with the nonce loads may run, which here are the vendors' own. Nothing else may.
header("Content-Security-Policy: default-src 'none'; script-src 'nonce-$nonce' 'strict-dynamic'; style-src 'self'; "
    . 'connect-src https://*.gosquared.com https://*.chameleon.io; '
    . "base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
header('Cache-Control: private, no-store'); // a page with a signature is for one user only
header('X-Content-Type-Options: nosniff');

// A browser says which site a form comes from. Other sites may neither log anybody in nor out. Behind a proxy: let it pass on the
// Host that the browser asked for, or every form is refused here.
$origin = $_SERVER['HTTP_ORIGIN'] ?? null;
if ($_SERVER['REQUEST_METHOD'] === 'POST' && $origin !== null && (explode('://', $origin)[1] ?? '') !== ($_SERVER['HTTP_HOST'] ?? '')) {
    http_response_code(403);
    exit;
}

session_name('session');
session_cache_limiter(''); // the header above says it
// With https also cookie_secure. Behind a proxy that speaks https for it, $_SERVER['HTTPS'] is empty: say cookie_secure all the same.
$session = ['use_strict_mode' => true, 'cookie_httponly' => true, 'cookie_samesite' => 'Lax'];
if (isset($_COOKIE['session'])) { // a visitor needs none
    session_start($session);
}
$user = USERS[$_SESSION['user'] ?? ''] ?? null;

switch ($_SERVER['REQUEST_METHOD'] . ' ' . parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH)) {
    case 'GET /':
    case 'HEAD /':
        break;

    case 'POST /login':
        $login = (string) filter_input(INPUT_POST, 'user'); // a real app checks a password first
        if (isset(USERS[$login])) {
            isset($_COOKIE['session']) || session_start($session);
            session_regenerate_id(true);
            $_SESSION = ['user' => $login];
        }
        header('Location: /', true, 303);
        exit;

    case 'POST /logout':
        if (isset($_COOKIE['session'])) {
            session_destroy();
            setcookie('session', '', ['expires' => 1, 'path' => '/']);
        }
        // no break
    case 'GET /login':
    case 'GET /logout':
        header('Location: /', true, 303);
        exit;

    case 'GET /identity': // For scripts. It signs the session's user, whatever the request asks for.
        header('Content-Type: application/json');
        http_response_code($user ? 200 : 401);
        echo json_encode($user
            ? ['gosquared' => $gosquared->identity($user['id']), 'chameleon' => $chameleon->identity($user['id'])]
            : ['error' => 'not logged in']);
        exit;

    case 'GET /style.css':
        header('Content-Type: text/css');
        readfile(__DIR__ . '/style.css');
        exit;

    default:
        http_response_code(404);
        exit;
}

// This cookie outlives the session. Whoever has it without a session has logged out, or the session has expired:
// the vendors are told so, once.
$left = !$user && isset($_COOKIE['identified']);
if ($user || $left) {
    setcookie('identified', '1', ['expires' => $user ? time() + 365 * 86400 : 1, 'path' => '/', 'httponly' => true, 'samesite' => 'Lax']);
}

$now = time();
$id = $user['id'] ?? null;
$traits = $user ? ['name' => $user['name']] : [];
$snippets = [
    'gosquared' => $gosquared->snippet($id, traits: $traits, siteToken: 'GSN-000000-A', nonce: $nonce, now: $now),
    'chameleon' => $chameleon->snippet($id, traits: $traits, nonce: $nonce, now: $now),
];
$vendors = [
    panel('GoSquared', $gosquared, $user, $snippets['gosquared'], $now, $left ? '_gs("unidentify");' : null),
    panel('Chameleon', $chameleon, $user, $snippets['chameleon'], $now, $left ? 'chmln.clear();' : null),
];

/** What the page shows of a vendor. Only the example needs it. */
function panel(string $name, Signer $signer, ?array $user, string $snippet, int $now, ?string $farewell): array
{
    $calls = implode("\n", array_filter([...preg_grep('/^(_gs\(|chmln\.)/', explode("\n", $snippet)), $farewell]));
    if (!$user) {
        return ['name' => $name, 'calls' => $calls];
    }
    $signature = $signer->sign($user['id'], now: $now);
    $signedAt = $signer->verify($user['id'], $signature)->signedAt; // throws if it does not verify
    $short = substr($signature, 0, 8) . '…' . substr($signature, 56);
    return [
        'name' => $name,
        'calls' => str_replace($signature, $short, $calls),
        'signature' => $short,
        'made' => gmdate('Y-m-d H:i:s', $now) . ' UTC',
        'timed' => $signedAt !== null,
    ];
}
?>
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>personsig with plain PHP</title>
<link rel="stylesheet" href="/style.css">
<script nonce="<?= $nonce ?>">
// Stands for the lines of your own Chameleon install page, which hold your account's token: calls wait until its script is there.
chmln = {};
["identify", "clear"].forEach(function (name) {
  var calls = chmln[name + "_a"] = [];
  chmln[name] = function () { calls.push(arguments); };
});
document.head.appendChild(document.createElement("script")).src = "https://fast.chameleon.io/messo/ACCOUNT-TOKEN/messo.min.js";
</script>
<?= $snippets['gosquared'] ?>

<?= $snippets['chameleon'] ?>

<?php if ($left): ?><script nonce="<?= $nonce ?>">_gs("unidentify"); chmln.clear();</script><?php endif ?>

</head>
<body>
<header>personsig with plain PHP</header>
<main>
<?php if ($user): ?>
<h1>You are logged in</h1>
<dl><dt>Name</dt><dd><?= htmlspecialchars($user['name']) ?></dd><dt>Id</dt><dd><?= htmlspecialchars($user['id']) ?></dd></dl>
<form method="post" action="/logout"><button>Log out</button></form>
<?php else: ?>
<h1><?= $left ? 'You are logged out' : 'Welcome, visitor' ?></h1>
<p>Nobody is logged in, so nothing is signed.</p>
<form method="post" action="/login">Log in as:
<button name="user" value="ada">Ada</button>
<button name="user" value="obrien">O'Brien, whose name is an attack</button></form>
<?php endif ?>
</main>
<div class="vendors">
<?php foreach ($vendors as $vendor): ?>
<section>
<h2><?= $vendor['name'] ?></h2>
<?php if ($user): ?>
<dl><dt>Signature, shortened</dt><dd><code><?= $vendor['signature'] ?></code> <b>verified</b></dd>
<dt>Made</dt><dd><?= $vendor['made'] ?>; <?= $vendor['timed'] ? 'it ends in this time' : 'it carries no time' ?></dd></dl>
<?php endif ?>
<dl><dt>This page tells it</dt><dd><?php if ($vendor['calls']): ?><pre><?= htmlspecialchars($vendor['calls']) ?></pre><?php else: ?>Nothing<?php endif ?></dd></dl>
</section>
<?php endforeach ?>
</div>
<footer>
<?php if ($user): ?>
After you log out, the next page calls <code>_gs("unidentify")</code> and <code>chmln.clear()</code>, once. <a href="/identity">/identity</a> gives scripts the same as JSON.
<?php else: ?>
A visitor has no id and no signature.
<?php endif ?>
</footer>
</body>
</html>

<?php
// A page in Twig: a line of the program's own says that a snippet is safe, the nonce is a variable.

require 'Twig/autoload.php';

use Personsig\InputException;
use Personsig\Signer;
use Personsig\Snippet;
use Twig\Environment;
use Twig\Extension\EscaperExtension;
use Twig\Loader\ArrayLoader;
use Twig\Runtime\EscaperRuntime;

[, $id, $name] = $argv;

const PAGE = <<<'TWIG'
    <p>{{ user.name ?? '' }}</p>
    {{ gosquared ? gosquared.snippet(user.id ?? null, {name: user.name ?? null}, 'GSN-000000-A', nonce) }}
    <p>after</p>

    TWIG;

function twig(?Signer $gosquared): Environment
{
    $templates = ['page' => PAGE, 'escaped' => PAGE, 'marked' => str_replace('nonce) }}', 'nonce)|raw }}', PAGE)];
    $twig = new Environment(new ArrayLoader($templates), ['strict_variables' => true]);
    $twig->addGlobal('gosquared', $gosquared);
    return $twig;
}

try {
    $gosquared = Signer::fromEnv('gosquared');
} catch (InputException $error) {
    if ($error->reason !== 'missing-secret') {
        throw $error;
    }
    $gosquared = null;
}
$plain = twig($gosquared);
$told = twig($gosquared);
if (class_exists(EscaperRuntime::class)) { // since Twig 3.10
    $told->getRuntime(EscaperRuntime::class)->addSafeClass(Snippet::class, ['html']);
} else {
    $told->getExtension(EscaperExtension::class)->addSafeClass(Snippet::class, ['html']);
}

$pages = [];
foreach (['page' => $told, 'page?visitor' => $told, 'escaped' => $plain, 'marked' => $plain] as $path => $twig) {
    [$template, $visitor] = [...explode('?', $path), null];
    $user = $visitor ? null : ['id' => $id, 'name' => $name];
    $nonce = base64_encode(random_bytes(16));
    $pages[$path] = [
        'policy' => "script-src 'nonce-$nonce' 'strict-dynamic'",
        'html' => $twig->render($template, ['user' => $user, 'nonce' => $nonce]),
    ];
}
echo json_encode($pages, JSON_THROW_ON_ERROR);

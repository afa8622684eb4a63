<?php
// For a server of requests: what a snippet is where /laravel declares Laravel's interface, and where /plain does not.

if ($_SERVER['REQUEST_URI'] === '/laravel') {
    require __DIR__ . '/laravel.php';
}
$snippet = (new Personsig\Signer('gosquared', 'x'))->snippet(42);
echo $snippet instanceof Illuminate\Contracts\Support\Htmlable ? 'htmlable' : 'not htmlable';

<?php
// The files in laravel/ with Laravel's own container, configuration and service providers, but without Laravel: Debian has its parts only.
// The configuration is cached as config:cache does it, and the pages are signed where the environment has no secret any more.

// Laravel's own also reads .env, with further packages. This stands in its place, and is defined first.
function env(string $name): ?string
{
    $value = getenv($name);
    return $value === false ? null : $value;
}

require 'Illuminate/Config/autoload.php';
require 'Illuminate/Container/autoload.php';
require 'Illuminate/Support/autoload.php';

require __DIR__ . '/laravel/PersonsigServiceProvider.php';

use App\Providers\PersonsigServiceProvider;
use Illuminate\Config\Repository;
use Illuminate\Container\Container;
use Personsig\Signer;

[, $id] = $argv;

function booted(array $config): Container
{
    $app = new Container();
    $app->instance('config', new Repository($config));
    $provider = new PersonsigServiceProvider($app);
    $provider->register();
    $provider->boot();
    return $app;
}

/** A message in place of a result. */
function attempt(callable $act): mixed
{
    try {
        return $act();
    } catch (Personsig\PersonsigException $error) {
        return $error->reason;
    }
}

$cached = eval('return ' . var_export(['services' => require __DIR__ . '/laravel/services.php'], true) . ';');
putenv('GOSQUARED_SECURE_MODE_SECRET'); // config:cache is done, and .env is not read any more
unset($_ENV['GOSQUARED_SECURE_MODE_SECRET'], $_SERVER['GOSQUARED_SECURE_MODE_SECRET']);

$services = $cached['services']['gosquared'];
$with = fn (?string $secret, ?string $previous = null) => ['services' => ['gosquared' => ['secret' => $secret, 'previous' => $previous]]];
$old = new Signer('gosquared', 'the-older-secret');
echo json_encode([
    'from the environment' => attempt(fn () => Signer::fromEnv('gosquared')->sign($id)),
    'from the configuration' => booted($cached)->make('gosquared')->sign($id),
    'one Signer' => ($app = booted($cached))->make('gosquared') === $app->make('gosquared'),
    'older secret' => booted($with($services['secret'], 'the-older-secret'))->make('gosquared')->isValid($id, $old->sign($id)),
    'not set' => booted($with(null))->make('gosquared'),
    'empty' => booted($with(''))->make('gosquared'),
    'wrong' => attempt(fn () => booted($with('undefined'))),
], JSON_THROW_ON_ERROR);

<?php
// A page in Blade, outside Laravel: the snippet is an Htmlable, the nonce a variable of the view.

require 'Illuminate/View/autoload.php';

use Illuminate\Events\Dispatcher;
use Illuminate\Filesystem\Filesystem;
use Illuminate\View\Compilers\BladeCompiler;
use Illuminate\View\Engines\CompilerEngine;
use Illuminate\View\Engines\EngineResolver;
use Illuminate\View\Factory;
use Illuminate\View\FileViewFinder;

[, $id, $name] = $argv;

const PAGE = <<<'BLADE'
    <p>{{ $user?->name }}</p>
    {{ $gosquared?->snippet($user?->id, traits: ['name' => $user?->name], siteToken: 'GSN-000000-A', nonce: $nonce) }}
    <p>after</p>
    BLADE;
const SNIPPET = '/\{\{ (\$gosquared.*) \}\}/';
$templates = [
    'page' => PAGE,
    'marked' => preg_replace(SNIPPET, '{!! $1 !!}', PAGE),
    'cast' => preg_replace(SNIPPET, '{{ (string) $1 }}', PAGE),
];

$files = new Filesystem();
$folder = sys_get_temp_dir() . '/personsig-' . bin2hex(random_bytes(8));
$files->makeDirectory($folder);
register_shutdown_function(fn () => $files->deleteDirectory($folder));
foreach ($templates as $template => $text) {
    $files->put("$folder/$template.blade.php", $text);
}

$engines = new EngineResolver();
$engines->register('blade', fn () => new CompilerEngine(new BladeCompiler($files, $folder), $files));
$blade = new Factory($engines, new FileViewFinder($files, [$folder]), new Dispatcher());
// In Laravel, app('gosquared') of laravel/PersonsigServiceProvider.php.
$blade->share('gosquared', getenv('GOSQUARED_SECURE_MODE_SECRET') ? Personsig\Signer::fromEnv('gosquared') : null);

$user = (object) ['id' => $id, 'name' => $name];
$pages = [];
foreach ([...array_keys($templates), 'page?visitor'] as $path) {
    [$template, $visitor] = [...explode('?', $path), null];
    $nonce = base64_encode(random_bytes(16));
    $pages[$path] = [
        'policy' => "script-src 'nonce-$nonce' 'strict-dynamic'",
        'html' => $blade->make($template, ['user' => $visitor ? null : $user, 'nonce' => $nonce])->render(),
    ];
}
echo json_encode($pages, JSON_THROW_ON_ERROR);

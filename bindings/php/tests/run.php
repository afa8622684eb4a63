<?php
// Runs the tests: php bindings/php/tests/run.php path/to/libpersonsig_php.so [options of PHPUnit]
//
// PHPUnit runs without php.ini and without what it includes, so that neither an installed personsig nor a machine's
// settings are tested by mistake. What PHPUnit itself needs is loaded by name, where it is not built in.

declare(strict_types=1);

$library = realpath($argv[1] ?? '') ?: exit("usage: php run.php path/to/libpersonsig_php.so [options of PHPUnit]\n");
$phpunit = getenv('PHPUNIT') ?: 'phpunit';
$phpunit = is_file($phpunit) ? $phpunit : trim((string) shell_exec('command -v ' . escapeshellarg($phpunit)));
$phpunit !== '' or exit("PHPUnit is missing; on Debian: apt-get install phpunit php-xml php-mbstring\n");

$builtIn = explode("\n", (string) shell_exec(escapeshellarg(PHP_BINARY) . ' -n -m'));
$needed = ['ctype', 'tokenizer', 'phar', 'mbstring', 'xml', 'dom', 'xmlwriter'];
$loaded = array_filter($needed, fn ($name) => extension_loaded($name) && !preg_grep("/^$name$/i", $builtIn));
$settings = ['memory_limit=-1', 'error_reporting=-1', 'display_errors=stderr'];
array_push($settings, ...array_map(fn ($name) => "extension=$name", $loaded), ...["extension=$library"]);

$command = [PHP_BINARY, '-n'];
foreach ($settings as $setting) {
    array_push($command, '-d', $setting);
}
array_push($command, $phpunit, '--no-configuration', '--do-not-cache-result', '--colors=auto', '--test-suffix=Test.php', ...array_slice($argv, 2));
array_push($command, __DIR__);
putenv("PERSONSIG_LIBRARY=$library");
passthru(implode(' ', array_map(escapeshellarg(...), $command)), $status);
exit($status);

<?php
// Calls that are refused, each with a value that must not be seen again. As a program, php canaries.php "name of a
// call": prints all that a log, a queue or a crash report may make of the error.

declare(strict_types=1);

namespace PersonsigTests;

use Personsig\Signer;

const SECRET = 'canary-secret-5b1f';
const ID = 'canary-id-77e0';
const SIGNATURE = 'canary-signature-c3d2';
const CALLS = [
    'provider and secret swapped' => [null, [SECRET, 'gosquared']],
    'secret with a newline' => [null, ['gosquared', SECRET . "\n"]],
    'secret in a list' => [null, ['gosquared', [SECRET]]],
    'fallback with a newline' => [null, ['gosquared', SECRET, [SECRET . "\n"]]],
    'fallback as text' => [null, ['gosquared', SECRET, SECRET]],
    'fallback as a key' => [null, ['gosquared', SECRET, [SECRET => SECRET]]],
    'fallback in a list' => [null, ['gosquared', SECRET, [[SECRET]]]],
    'secret alone' => [null, [SECRET]],
    'provider of fromEnv' => ['fromEnv', [SECRET]],
    'secret as the variable' => ['fromEnv', ['gosquared', SECRET]],
    'padded variable' => ['fromEnv', ['gosquared', 'PADDED']],
    'second construction' => ['__construct', ['gosquared', SECRET]],
    'id with a newline' => ['sign', [ID . "\n"]],
    'id that is not UTF-8' => ['sign', [ID . "\xff"]],
    'id in a list' => ['sign', [[ID]]],
    'id and now swapped' => ['sign', [1, ID]],
    'now out of range' => ['sign', [ID, -1]],
    'signature malformed' => ['verify', [ID, SIGNATURE]],
    'signature in a list' => ['verify', [ID, [SIGNATURE]]],
    'the signature of another' => ['verify', [ID, '0000000000000000000000000000000000000000000000000000000000000000']],
    'limits that are text' => ['isValid', [ID, SIGNATURE, SECRET]],
    'also as text' => ['explain', [ID, SIGNATURE, ID]],
    'also with a newline' => ['explain', [ID, SIGNATURE, [ID . "\n"]]],
    'a batch with a newline' => ['signMany', [[ID, ID . "\n"]]],
    'a batch as text' => ['signMany', [ID]],
    'a batch as keys' => ['signMany', [[ID => 1]]],
    'a list in a batch' => ['signMany', [[[ID]]]],
    'id of a snippet in a list' => ['snippet', [[ID]]],
    'traits as a list' => ['snippet', [1, [ID]]],
    'a trait of a wrong type' => ['snippet', [1, [ID => new \ArrayObject([SECRET])]]],
    'a trait that is not UTF-8' => ['snippet', [1, [ID => [ID => ID . "\xff"]]]],
    'a name that is not UTF-8' => ['snippet', [1, [ID . "\xff" => 1]]],
    'a trait that is the secret' => ['snippet', [1, ['a' => ['b' => SECRET]]]],
    'a name that is the secret' => ['snippet', [1, [SECRET => 1]]],
    'an id that is the secret' => ['snippet', [SECRET]],
    'a token that is the secret' => ['snippet', [1, [], SECRET]],
    'a nonce that is the secret' => ['snippet', [1, [], null, SECRET]],
    'a token without its form' => ['snippet', [1, [], SECRET . '"']],
    'a nonce without its form' => ['snippet', [1, [], null, SECRET . '"']],
    'a nonce in a list' => ['snippet', [1, [], null, [SECRET]]],
    'an identity that is the secret' => ['identity', [SECRET]],
    'an identity with a newline' => ['identity', [ID . "\n"]],
    'clone' => ['clone', []],
    'serialize' => ['serialize', []],
];

if (realpath($_SERVER['SCRIPT_FILENAME']) === __FILE__) {
    [$method, $arguments] = CALLS[$argv[1]];
    $_ENV['PADDED'] = SECRET . ' ';
    $signer = new Signer('gosquared', SECRET, [SECRET . '-older']);
    try {
        match ($method) {
            null => new Signer(...$arguments),
            'fromEnv' => Signer::fromEnv(...$arguments),
            'clone' => clone $signer,
            'serialize' => serialize($signer),
            default => $signer->$method(...$arguments),
        };
    } catch (\Throwable $e) {
        echo 'thrown: ', $e, "\n", $e->getMessage(), "\n", $e->getTraceAsString(), "\n";
        print_r($e);
        var_dump($e, $e->getTrace());
        var_export($e->getTrace());
        echo json_encode((array) $e, JSON_PARTIAL_OUTPUT_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE);
        error_log((string) $e);
        try {
            echo serialize($e);
        } catch (\Exception $refused) { // PHP does not serialise what its attribute hides.
            echo get_class($refused);
        }
    }
}

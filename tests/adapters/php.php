<?php
// PHP's adapter: runs one case of the vectors at a time, NDJSON in and out. tests/README.md has the protocol.

declare(strict_types=1);

namespace PersonsigAdapter;

use Personsig\{PersonsigException, Signer};

const SUPPORTS = ['integer', 'native-types', 'byte-text', 'is-valid'];
const CONSTRUCT = ['provider', 'secret', 'fallback_secrets'];
const VERIFY = ['user_id', 'signature', 'max_age', 'clock_skew', 'now'];
// The fields of each operation: what makes the Signer, and what its method is given.
const OPERATIONS = [
    'providers' => [[], []],
    'construct' => [CONSTRUCT, []],
    'sign' => [CONSTRUCT, ['user_id', 'now']],
    'sign_many' => [CONSTRUCT, ['user_ids', 'now']],
    'from_env' => [['provider', 'variable'], ['user_id', 'now']],
    'verify' => [CONSTRUCT, VERIFY],
    'is_valid' => [CONSTRUCT, VERIFY],
    'explain' => [CONSTRUCT, ['user_id', 'signature', 'also', 'now']],
    'snippet' => [CONSTRUCT, ['user_id', 'traits', 'site_token', 'nonce', 'now']],
    'identity' => [CONSTRUCT, ['user_id', 'now']],
];

function decode(mixed $value): mixed
{
    $fields = $value instanceof \stdClass ? (array) $value : [];
    [$form, $given] = count($fields) === 1 ? [key($fields), current($fields)] : [null, null];
    return match (true) {
        is_string($value), is_int($value) => $value,
        is_array($value) => array_map(decode(...), $value),
        $form === 'hex' => hex2bin($given),
        $form === 'int' && (string) (int) $given === $given => (int) $given,
        $form === 'native' => match ($given) {
            'true' => true, 'false' => false, 'null' => null, 'float' => 1.5, 'list' => [], 'object' => new \stdClass(),
        },
        default => throw new \LogicException('unknown form of a value: ' . substr(json_encode($value), 0, 80)),
    };
}

/** The named arguments among `$fields`: `max_age` is `maxAge` in PHP. */
function arguments(array $given, array $fields): array
{
    $arguments = [];
    foreach (array_intersect_key($given, array_flip($fields)) as $name => $value) {
        $arguments[lcfirst(str_replace('_', '', ucwords($name, '_')))] = match (true) {
            $name === 'traits' && is_string($value) => traits(json_decode($value, flags: JSON_THROW_ON_ERROR)),
            default => decode($value),
        };
    }
    return $arguments;
}

/** Maps below the top stay objects: `{}` and `{"0": 1}` would be lists as arrays. */
function traits(mixed $decoded): mixed
{
    return $decoded instanceof \stdClass ? (array) $decoded : $decoded;
}

function call(string $operation, array $make, array $give): array
{
    if ($operation === 'providers') {
        $snake = fn (string $name) => strtolower(preg_replace('/[A-Z]/', '_$0', $name));
        $row = fn (object $provider) => array_combine(array_map($snake, array_keys($fields = get_object_vars($provider))), $fields);
        return ['rows' => array_map($row, \Personsig\providers())];
    }
    $signer = $operation === 'from_env' ? Signer::fromEnv(...$make) : new Signer(...$make);
    return match ($operation) {
        'construct' => [],
        'sign', 'from_env' => ['signature' => $signer->sign(...$give)],
        'sign_many' => ['signatures' => $signer->signMany(...$give)],
        'is_valid' => ['valid' => $signer->isValid(...$give)],
        'explain' => ['findings' => array_column($signer->explain(...$give), 'code')],
        'snippet' => ['html' => (string) $signer->snippet(...$give + ['userId' => null])],
        'identity' => ['fields' => $signer->identity(...$give)],
        'verify' => (fn ($verified) => ['secret_index' => $verified->secretIndex, 'signed_at' => $verified->signedAt])(
            $signer->verify(...$give),
        ),
    };
}

/** The answer to one case: a result or an error. What is unknown to this adapter throws. */
function run(string $operation, \stdClass $input): array
{
    [$making, $giving] = OPERATIONS[$operation] ?? throw new \LogicException("unknown operation $operation");
    $given = (array) $input;
    $env = [];
    if ($operation === 'from_env') {
        $env = (array) $given['env'];
        unset($given['env']);
    }
    foreach (array_diff(array_keys($given), $making, $giving) as $field) {
        throw new \LogicException("unknown field $field of $operation");
    }
    [$make, $give] = [arguments($given, $making), arguments($given, $giving)];
    $before = array_intersect_key(getenv(), $env) + array_fill_keys(array_keys($env), null);
    $arrays = [$_ENV, $_SERVER];
    try {
        setEnvironment($env);
        return ['result' => call($operation, $make, $give)];
    } catch (PersonsigException $e) {
        return ['error' => $e->reason] + ($e->index === null ? [] : ['index' => $e->index]);
    } catch (\ArgumentCountError $e) {
        throw $e; // Also a TypeError, but of a case that leaves out what must be given.
    } catch (\TypeError) {
        return ['error' => 'wrong-type'];
    } finally {
        setEnvironment($before);
        [$_ENV, $_SERVER] = $arrays;
    }
}

function setEnvironment(array $values): void
{
    foreach ($values as $name => $value) {
        putenv($value === null ? $name : "$name=$value");
        unset($_ENV[$name], $_SERVER[$name]); // Where PHP imported the process's own.
    }
}

function answer(\stdClass $message): array
{
    if ($message->cmd === 'start') {
        return ['surface' => 'php', 'runtime' => PHP_VERSION, 'version' => \Personsig\VERSION, 'supports' => SUPPORTS];
    }
    try {
        $answer = run($message->operation, $message->input);
        // `{}` and not `[]`, which an empty array would be.
        $answer = isset($answer['result']) ? ['result' => (object) $answer['result']] : $answer;
        return ['seq' => $message->seq] + $answer;
    } catch (\Throwable $e) {
        return ['seq' => $message->seq, 'crash' => $e::class . ': ' . $e->getMessage()];
    }
}

if (realpath($_SERVER['SCRIPT_FILENAME']) === __FILE__) {
    ini_set('memory_limit', '-1');
    ini_set('display_errors', 'stderr');
    while (($line = fgets(STDIN)) !== false) {
        $message = json_decode($line, flags: JSON_THROW_ON_ERROR);
        if ($message->cmd === 'stop') {
            break;
        }
        fwrite(STDOUT, json_encode(answer($message), JSON_THROW_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE) . "\n");
    }
}

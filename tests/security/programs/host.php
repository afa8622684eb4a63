<?php
// What PHP does for the tests of memory and threads: `host.php MODE ...`. host.py, host.mjs and host.rb are the same.

declare(strict_types=1);

use Personsig\{InputException, Signer, VerificationException};

const THEN = 1596165824;
define('MASTER', str_repeat('s', 40));

function mac(string $secret, string $message): string
{
    return hash_hmac('sha256', $message, $secret);
}

function resident(): int
{
    return (int) explode(' ', file_get_contents('/proc/self/statm'))[1] * 4096;
}

function check(bool $right, string $what = 'a result'): void
{
    $right or throw new LogicException("$what is wrong");
}

function refused(string $error, callable $call): void
{
    try {
        $call();
    } catch (Throwable $thrown) {
        check($thrown instanceof $error, $thrown->getMessage());
        return;
    }
    throw new LogicException('not refused');
}

/** Makes a Signer, uses every method of it, rightly and wrongly, and lets it go. */
function oneLife(int $number): Signer
{
    $id = "user-$number";
    $signer = new Signer('chameleon', MASTER, fallbackSecrets: ["older-$number"]);
    $signature = $signer->sign($id, now: THEN);
    check($signature === mac(MASTER, "$id-" . THEN) . '-' . THEN);
    check($signer->verify($id, $signature, now: THEN)->secretIndex === 0);
    $older = mac("older-$number", "$id-" . THEN) . '-' . THEN;
    check($signer->verify($id, $older, now: THEN)->secretIndex === 1);
    refused(VerificationException::class, fn () => $signer->verify('another', $signature, now: THEN));
    refused(InputException::class, fn () => $signer->sign("\n"));
    refused(TypeError::class, fn () => $signer->sign(1.5));
    refused(InputException::class, fn () => new Signer('chameleon', ' padded'));
    return $signer;
}

/** The methods that take longer. */
function onePage(int $number): void
{
    $signer = new Signer('gosquared', MASTER);
    $signature = mac(MASTER, '1');
    $traits = ['name' => "O'Brien</script>", 'seats' => [1, 2.5, null, ['é' => true]]];
    check(str_contains((string) $signer->snippet(1, traits: $traits, siteToken: 'GSN-1-A', nonce: "n$number"), $signature));
    check($signer->identity('1')['auth'] === $signature);
    check(array_slice($signer->signMany(['1', 1, (string) $number]), 0, 2) === [$signature, $signature]);
    check($signer->isValid('1', $signature) && !$signer->isValid('2', $signature));
    refused(TypeError::class, fn () => $signer->snippet(1, traits: ['a' => ['b' => new ArrayObject()]]));
    refused(InputException::class, fn () => $signer->snippet(1, traits: ['a' => MASTER]));
    refused(InputException::class, fn () => $signer->signMany(['1', '']));
    if ($number % 1000 === 0) {
        check($signer->explain('1', mac(' ' . MASTER, '1'))[0]->code === 'padded-key');
    }
}

/** Prints by how many bytes the process grew in all rounds but the first tenth. `kept` keeps what it should let go. */
function life(int $rounds, bool $kept): void
{
    $keep = [];
    $start = 0;
    for ($number = 0; $number < $rounds; $number++) {
        $signer = oneLife($number);
        if ($kept) {
            $keep[] = $signer;
        }
        if ($number % 10 === 0) {
            onePage($number);
        }
        if ($number === intdiv($rounds, 10)) {
            $start = resident();
        }
    }
    echo resident() - $start, "\n";
}

/** One process's part of `threads`: how many results were right, or the first wrong one. */
function work(int $which, float $seconds, Signer $shared): int|string
{
    $timed = new Signer('chameleon', str_repeat('t', 70), ['older']);
    $end = microtime(true) + $seconds;
    $done = 0;
    for ($number = $which; microtime(true) < $end; $number += 8) {
        $text = "$number-" . str_repeat('x', $number % 130);
        $expected = mac(MASTER, $text);
        $results = [
            $shared->sign($text) === $expected,
            $shared->signMany([$text, $number, $text]) === [$expected, mac(MASTER, (string) $number), $expected],
            $shared->isValid($text, $expected),
            !$shared->isValid("{$text}y", $expected),
            str_contains((string) $shared->snippet($text, ['number' => $number, 'text' => $text]), $expected),
            $shared->identity($text)['auth'] === $expected,
            $timed->sign($text, now: THEN) === mac(str_repeat('t', 70), "$text-" . THEN) . '-' . THEN,
            $timed->verify($text, mac('older', "$text-" . THEN) . '-' . THEN, now: THEN)->secretIndex === 1,
            (new Signer('gosquared', $text))->sign('1') === mac($text, '1'),
        ];
        if ($number % 500 < 8) {
            $results[] = $shared->explain($text, mac(MASTER . "\n", $text))[0]->code === 'padded-key';
            $results[] = array_unique($shared->signMany(array_fill(0, 40_000, $text))) === [$expected];
        }
        if (in_array(false, $results, true)) {
            return "process $which, round $number: " . json_encode($results);
        }
        $done += count($results);
    }
    return $done;
}

/** Eight processes after a fork share what the first one made. Prints how many results were right, and the first wrong one. */
function threads(float $seconds, string $secret): void
{
    $shared = new Signer('gosquared', $secret);
    $pipes = [];
    for ($which = 0; $which < 8; $which++) {
        $pipe = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
        if (pcntl_fork() === 0) {
            fwrite($pipe[1], json_encode(work($which, $seconds, $shared)));
            exit;
        }
        fclose($pipe[1]);
        stream_set_timeout($pipe[0], 86_400); // not the minute after which PHP gives a socket up
        $pipes[] = $pipe[0];
    }
    $results = array_map(fn ($pipe) => json_decode(stream_get_contents($pipe)) ?? 'a process died', $pipes);
    $wrong = array_values(array_filter($results, is_string(...)));
    echo implode(' ', [array_sum(array_filter($results, is_int(...))), ...array_slice($wrong, 0, 1)]), "\n";
    exit($wrong ? 1 : 0);
}

/** @return array<string, callable> what takes as much memory as it is given, by name */
function calls(): array
{
    [$signer, $mails, $lower] = array_map(fn ($name) => new Signer($name, MASTER), ['gosquared', 'tawk', 'customerly']);
    $long = str_repeat('x', 200_000);
    $ids = array_fill(0, 40_000, '42');
    $names = array_fill_keys(array_map(fn ($number) => "n$number", range(3000, 1)), 1);
    $mixed = [...array_fill(0, 10_000, 'A@b'), ...array_fill(0, 3, str_repeat('A', 10_000) . '@B')];
    return [
        'new' => fn () => new Signer('gosquared', $long, [$long, $long, ...array_fill(0, 2000, 'older')]),
        'sign' => fn () => $signer->sign($long),
        'sign lower case' => fn () => $lower->sign(str_repeat('A', 100_000) . '@B'),
        'signMany' => fn () => $signer->signMany($ids),
        'signMany mails' => fn () => $mails->signMany(array_fill(0, 10_000, 'a@b')),
        'signMany lower case' => fn () => $lower->signMany($mixed),
        'verify' => fn () => $signer->isValid($long, $long),
        'explain' => fn () => $signer->explain($long, "$long\n$long\n$long", array_fill(0, 16, $long)),
        'identity' => fn () => $signer->identity($long),
        'snippet' => fn () => $signer->snippet($long, ['b' => [$long, $long, $long], 'a' => $names]),
        'snippet list' => fn () => $signer->snippet('1', ['a' => range(0, 3000), 'é' => str_repeat('é', 100_000)]),
        'fromEnv' => fn () => Signer::fromEnv('gosquared', 'LONG_SECRET'),
    ];
}

/** Refuses each allocation of each call in turn, and then all from there on. Prints how many were refused. */
function refuse(string $control, int $least): void
{
    $_ENV['LONG_SECRET'] = str_repeat('s', 100_000);
    $file = fopen($control, 'r+b');
    stream_set_write_buffer($file, 0);
    stream_set_read_buffer($file, 0);
    $write = function (string $bytes) use ($file): void {
        fseek($file, 0);
        fwrite($file, $bytes);
    };
    $total = 0;
    foreach (calls() as $name => $call) {
        $call();
        foreach ([0, 1] as $forGood) {
            for ($at = 1; $at < 1000; $at++) {
                $write(pack('V5', $at, $forGood, $least, 0, 0));
                try {
                    $call();
                    $isError = false;
                } catch (Error $error) {
                    $isError = str_contains($error->getMessage(), 'memory');
                }
                fseek($file, 12);
                ['seen' => $seen, 'number' => $number] = unpack('Vseen/Vnumber', fread($file, 8));
                $write(pack('V', 0));
                check($isError === ($number > 0), "$name: allocation $at of $seen, for good $forGood: error " . json_encode($isError));
                if ($number === 0) {
                    break;
                }
                $total += $number;
            }
        }
        $call();
    }
    echo $total, "\n";
}

/** Makes a Signer, says so and waits; lets it go, says so and waits. */
function alive(): void
{
    $signer = new Signer('gosquared', getenv('RESIDUE_SECRET'), ['older']);
    $signer->sign('42');
    echo "made\n";
    fgets(STDIN);
    unset($signer);
    echo "freed\n";
    fgets(STDIN);
}

function once(int $rounds): void
{
    for ($number = 0; $number < $rounds; $number++) {
        oneLife($number);
        onePage($number * 1000);
    }
}

match ($argv[1]) {
    'life' => life((int) $argv[2], ($argv[3] ?? '') === 'kept'),
    'threads' => threads((float) $argv[2], $argv[3] ?? MASTER),
    'refuse' => refuse($argv[2], (int) $argv[3]),
    'alive' => alive(),
    'once' => once((int) $argv[2]),
};

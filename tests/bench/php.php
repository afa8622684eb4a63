<?php
// PHP's contenders. README.md beside this file says what is timed, and how.

use Personsig\Signer;

const SECRET = 'bench-secret-of-thirty-two-bytes';
const PROVIDERS = ['plain' => 'gosquared', 'timestamped' => 'chameleon'];
$ids = [
    10 => array_map(fn (int $i) => (string) (1000000000 + 7919 * $i), range(0, 999)),
    36 => array_map(fn (int $i) => sprintf('7b9f2c1e-5d3a-4e68-9f10-%012d', 7919 * $i), range(0, 999)),
];

// Case and scheme: kind, name, and the code that is timed. It leaves its answer in $out.
const SPLIT = '[$digest, $made] = explode("-", $signature); $age = time() - (int) $made;';
const CONTENDERS = [
    'sign plain' => [
        ['ours', 'Signer::sign', '$out = $signer->sign($id);'],
        ['usual', 'hash_hmac', '$out = hash_hmac("sha256", $id, $secret);'],
        ['best', 'hash_copy', '$mac = hash_copy($keyed); hash_update($mac, $id); $out = hash_final($mac);'],
        ['floor', 'a native call', '$out = floor_text($id);'],
    ],
    'sign timestamped' => [
        ['ours', 'Signer::sign', '$out = $signer->sign($id);'],
        ['usual', 'hash_hmac', '$now = time(); $out = hash_hmac("sha256", "$id-$now", $secret) . "-$now";'],
        ['best', 'hash_copy', '$now = time(); $mac = hash_copy($keyed); hash_update($mac, "$id-$now"); $out = hash_final($mac) . "-$now";'],
        ['floor', 'a native call', '$out = floor_text($id);'],
    ],
    'verify plain' => [
        ['ours', 'Signer::verify', '$out = $signer->verify($id, $signature);'],
        ['usual', 'hash_hmac', '$out = hash_equals(hash_hmac("sha256", $id, $secret), $signature);'],
        ['best', 'hash_copy', '$mac = hash_copy($keyed); hash_update($mac, $id); $out = hash_equals(hash_final($mac), $signature);'],
    ],
    'verify timestamped' => [
        ['ours', 'Signer::verify', '$out = $signer->verify($id, $signature);'],
        ['usual', 'hash_hmac', SPLIT .
            '$out = hash_equals(hash_hmac("sha256", "$id-$made", $secret), $digest) && $age >= -300 && $age <= 86400;'],
        ['best', 'hash_copy', SPLIT . '$mac = hash_copy($keyed); hash_update($mac, "$id-$made");
            $out = hash_equals(hash_final($mac), $digest) && $age >= -300 && $age <= 86400;'],
    ],
    'sign_many plain' => [
        ['ours', 'Signer::signMany', '$out = $signer->signMany($ids);'],
        ['loop', 'a loop of sign', '$out = []; foreach ($ids as $id) { $out[] = $signer->sign($id); }'],
        ['usual', 'hash_hmac', '$out = []; foreach ($ids as $id) { $out[] = hash_hmac("sha256", $id, $secret); }'],
        ['best', 'hash_copy', '$out = [];
            foreach ($ids as $id) { $mac = hash_copy($keyed); hash_update($mac, $id); $out[] = hash_final($mac); }'],
    ],
    'sign_many timestamped' => [
        ['ours', 'Signer::signMany', '$out = $signer->signMany($ids);'],
        ['loop', 'a loop of sign', '$out = []; foreach ($ids as $id) { $out[] = $signer->sign($id); }'],
        ['usual', 'hash_hmac', '$now = time(); $out = [];
            foreach ($ids as $id) { $out[] = hash_hmac("sha256", "$id-$now", $secret) . "-$now"; }'],
        ['best', 'hash_copy', '$now = time(); $out = [];
            foreach ($ids as $id) { $mac = hash_copy($keyed); hash_update($mac, "$id-$now"); $out[] = hash_final($mac) . "-$now"; }'],
    ],
    'new plain' => [
        ['ours', 'Signer', '$out = new Signer("gosquared", SECRET);'],
        ['best', 'hash_init', '$out = hash_init("sha256", HASH_HMAC, $secret);'],
    ],
    'new timestamped' => [
        ['ours', 'Signer', '$out = new Signer("chameleon", SECRET);'],
        ['best', 'hash_init', '$out = hash_init("sha256", HASH_HMAC, $secret);'],
    ],
];
const LOOPS = [
    'sign' => 'foreach ($ids as $id)', 'verify' => 'foreach ($pairs as [$id, $signature])', 'new' => 'foreach ($ids as $id)', 'sign_many' => '',
];

/** A pass as a function: the code for every id. It returns the last answer; sign_many's is the array of all. */
function compiled(string $case, string $code): Closure
{
    $loop = LOOPS[$case];
    return eval("use Personsig\\Signer; return static function (\$signer, \$secret, \$keyed, \$ids, \$pairs) { $loop { $code } return \$out; };");
}

/** Every answer, for every id, against ours. What `new` makes signs with the code of `sign`. */
function check(string $case, string $kind, string $name, Closure $run, array $signing, array $world): void
{
    $alone = array_map(fn (array $pair) => ['ids' => [$pair[0]], 'pairs' => [$pair]] + $world, $world['pairs']);
    $answers = $case === 'sign_many' ? $run(...$world) : array_map(fn (array $world) => $run(...$world), $alone);
    if ($case === 'new') {
        $made = $kind === 'ours' ? 'signer' : 'keyed';
        $answers = array_map(fn (array $world, object $answer) => $signing[$kind](...[$made => $answer] + $world), $alone, $answers);
    }
    $right = function (mixed $answer, string $id) use ($case, $kind, $world): bool {
        $now = explode('-', is_string($answer) ? $answer : '')[1] ?? null;
        return match (true) {
            $kind === 'floor' => $answer === str_repeat($id[-1], 64),
            $case === 'verify' => (bool) $answer,
            default => $answer === $world['signer']->sign($id, now: $now === null ? null : (int) $now),
        };
    };
    if (array_filter(array_map($right, $answers, $world['ids'])) !== array_fill(0, 1000, true)) {
        throw new LogicException("$case: the answer of $name is not ours");
    }
}

/** All of them, those of one case, scheme and length beside each other. */
function contenders(array $idsByLength): iterable
{
    foreach (PROVIDERS as $scheme => $provider) {
        foreach ($idsByLength as $bytes => $ids) {
            $signer = new Signer($provider, SECRET);
            $pairs = array_map(fn (string $id) => [$id, $signer->sign($id)], $ids);
            $keyed = hash_init('sha256', HASH_HMAC, SECRET);
            $world = ['signer' => $signer, 'secret' => SECRET, 'keyed' => $keyed, 'ids' => $ids, 'pairs' => $pairs];
            $signing = [];
            foreach (['sign', 'verify', 'sign_many', 'new'] as $case) {
                foreach (CONTENDERS["$case $scheme"] as [$kind, $name, $code]) {
                    $run = compiled($case, $code);
                    check($case, $kind, $name, $run, $signing, $world);
                    if ($case === 'sign') {
                        $signing[$kind] = $run;
                    }
                    $row = ['case' => $case, 'scheme' => $scheme, 'id_bytes' => $bytes, 'kind' => $kind, 'name' => $name, 'ns' => []];
                    yield ['row' => $row, 'run' => $run, 'world' => $world];
                }
            }
        }
    }
}

function elapsed(array $contender, int $passes): int
{
    ['run' => $run, 'world' => $world] = $contender;
    $start = hrtime(true);
    for ($i = 0; $i < $passes; $i++) {
        $run(...$world);
    }
    return hrtime(true) - $start;
}

[$rounds, $batch] = [(int) $argv[1], (int) $argv[2]];
$timed = iterator_to_array(contenders($ids), false);
foreach ($timed as &$contender) {
    $warm = [elapsed($contender, 1)];
    while (array_sum($warm) < 5 * $batch) {
        $warm[] = elapsed($contender, 1);
    }
    $passes = $batch / min($warm);
    // As many ids as fit, so that no batch is longer than others; signMany itself is always given all.
    $count = $contender['row']['name'] === 'Signer::signMany' ? 1000 : max(1, min(1000, (int) round(1000 * $passes)));
    $contender['world']['ids'] = array_slice($contender['world']['ids'], 0, $count);
    $contender['world']['pairs'] = array_slice($contender['world']['pairs'], 0, $count);
    $contender['count'] = $count;
    $contender['passes'] = max(1, (int) round($passes));
}
unset($contender);
for ($round = 0; $round < $rounds; $round++) {
    foreach (array_keys($timed) as $i) {
        $contender = &$timed[($i + $round) % count($timed)];
        $contender['row']['ns'][] = elapsed($contender, $contender['passes']) / $contender['passes'] / $contender['count'];
    }
}
unset($contender);
echo json_encode(['surface' => 'php', 'runtime' => 'PHP ' . PHP_VERSION, 'version' => phpversion('personsig')]), "\n";
foreach ($timed as $contender) {
    echo json_encode($contender['row']), "\n";
}

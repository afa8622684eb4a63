<?php
// Types are not converted: this file is in PHP's weak mode on purpose.

namespace PersonsigTests;

use PHPUnit\Framework\TestCase;
use Personsig\Signer;

require_once __DIR__ . '/CountsConversions.php';
require_once __DIR__ . '/ids.php';

enum Backed: string
{
    case One = '1';
}

enum Unit
{
    case One;
}

final class ArgumentsTest extends TestCase
{
    /** @return array<string, array{mixed, string}> value and the name of its type */
    public static function values(): array
    {
        return [
            'bool' => [true, 'bool'],
            'float' => [1.0, 'float'],
            'list' => [['x'], 'array'],
            'object' => [new \stdClass(), 'stdClass'],
            'Stringable' => [new CountsConversions(), CountsConversions::class],
            'anonymous class' => [new class {}, 'class@anonymous'],
            'closure' => [fn () => 'x', 'Closure'],
            'resource' => [STDIN, 'resource'],
        ];
    }

    /** @dataProvider values */
    public function testNothingButStringsAndIntsIsAnId(mixed $value, string $type): void
    {
        $start = "must be a string or an int, not $type; ";
        $signer = new Signer('gosquared', 'x');
        $this->assertTypeErrorStarts("\$userId $start", fn () => $signer->sign($value));
        $this->assertTypeErrorStarts("\$userId $start", fn () => $signer->verify($value, 'x'));
        $this->assertTypeErrorStarts("\$userId $start", fn () => $signer->isValid($value, 'x'));
        $this->assertTypeErrorStarts("\$userId $start", fn () => $signer->explain($value, 'x'));
        $this->assertTypeErrorStarts("\$userId $start", fn () => $signer->identity($value));
        $this->assertTypeErrorStarts("\$userIds[1] $start", fn () => $signer->signMany(['x', $value]));
        $this->assertTypeErrorStarts("\$also[1] $start", fn () => $signer->explain('x', 'x', ['x', $value]));
        $this->assertTypeErrorStarts(
            "\$userId must be a string, an int or null, not $type; ",
            fn () => $signer->snippet($value),
        );
    }

    /** @dataProvider values */
    public function testNothingButStringsAndNullIsASecret(mixed $value, string $type): void
    {
        $start = "must be a string or null, not $type; ";
        $this->assertTypeErrorStarts("\$secret $start", fn () => new Signer('gosquared', $value));
        $this->assertTypeErrorStarts("\$fallbackSecrets[1] $start", fn () => new Signer('gosquared', 'x', ['x', $value]));
    }

    /** @dataProvider values */
    public function testNothingButAStringIsAProvider(mixed $value, string $type): void
    {
        $start = "\$provider must be a string, not $type; pass the name of a provider, such as 'gosquared'";
        $start = $value instanceof \Closure ? "\$provider must be a string, not $type; call it" : $start;
        $this->assertTypeErrorStarts($start, fn () => new Signer($value, 'x'));
        $this->assertTypeErrorStarts($start, fn () => Signer::fromEnv($value));
    }

    /** @dataProvider values */
    public function testNothingButStringsAndNullIsAVariableASignatureOrAnOptionOfASnippet(mixed $value, string $type): void
    {
        $start = "must be a string or null, not $type; ";
        $signer = new Signer('gosquared', 'x');
        $this->assertTypeErrorStarts("\$variable $start", fn () => Signer::fromEnv('gosquared', $value));
        $this->assertTypeErrorStarts("\$signature $start", fn () => $signer->isValid('x', $value));
        $this->assertTypeErrorStarts("\$siteToken $start", fn () => $signer->snippet(1, [], $value));
        $this->assertTypeErrorStarts("\$nonce $start", fn () => $signer->snippet(1, nonce: $value));
    }

    /** @dataProvider values */
    public function testNothingButIntsAndNullIsANumber(mixed $value, string $type): void
    {
        $start = "must be an int or null, not $type; pass whole seconds";
        $signer = new Signer('chameleon', 'x');
        $this->assertTypeErrorStarts("\$now $start", fn () => $signer->sign('x', $value));
        $this->assertTypeErrorStarts("\$now $start", fn () => $signer->signMany([], $value));
        $this->assertTypeErrorStarts("\$now $start", fn () => $signer->identity('x', $value));
        $this->assertTypeErrorStarts("\$now $start", fn () => $signer->snippet('x', now: $value));
        $this->assertTypeErrorStarts("\$maxAge $start", fn () => $signer->verify('x', 'x', $value));
        $this->assertTypeErrorStarts("\$clockSkew $start", fn () => $signer->isValid('x', 'x', clockSkew: $value));
    }

    /** @return array<string, array{callable(Signer): mixed, string}> a call, and what its message says to pass */
    public static function advice(): array
    {
        $loggedIn = 'pass the id of a user who is logged in';
        $noFloat = 'pass the id as an integer or a string, as it was before it became a float';
        $getenv = 'false is what getenv() returns for a variable that is not set: set it, or use Signer::fromEnv()';
        $user = new class {
            public int $id = 1;
        };
        return [
            'id: null' => [fn ($s) => $s->sign(null), $loggedIn],
            'id: a bool' => [fn ($s) => $s->sign(true), $loggedIn],
            'id: a model' => [fn ($s) => $s->sign($user), 'pass its id, such as $user->id'],
            'id: a Stringable' => [fn ($s) => $s->sign(new CountsConversions()), 'pass its id, such as $user->id'],
            'id: a UUID' => [fn ($s) => $s->sign(new \Ramsey\Uuid\LazyUuid()), 'pass (string) $id'],
            'id: a ULID' => [fn ($s) => $s->sign(new \Symfony\Component\Uid\Ulid()), 'pass (string) $id'],
            'id: an ObjectId' => [fn ($s) => $s->sign(new \MongoDB\BSON\ObjectId()), 'pass (string) $id'],
            'id: a whole float' => [fn ($s) => $s->sign(123456.0), 'pass an integer: (int) $id'],
            'id: the last exact float' => [fn ($s) => $s->sign(-9007199254740991.0), 'pass an integer: (int) $id'],
            'id: an inexact float' => [fn ($s) => $s->sign(9007199254740992.0), $noFloat],
            'id: a float with a fraction' => [fn ($s) => $s->sign(1.5), $noFloat],
            'id: NaN' => [fn ($s) => $s->sign(NAN), $noFloat],
            'id: infinity' => [fn ($s) => $s->sign(INF), $noFloat],
            'id: a Closure' => [fn ($s) => $s->sign(strrev(...)), 'call it, and pass what it returns'],
            'id: an enum with values' => [fn ($s) => $s->sign(Backed::One), 'pass $id->value where that is the id'],
            'id: an enum' => [fn ($s) => $s->sign(Unit::One), 'pass its id, such as $user->id'],
            'id: a row' => [fn ($s) => $s->sign(['id' => 1]), "pass one id, such as \$user['id']; signMany() signs a list of ids"],
            'id: a generator' => [
                fn ($s) => $s->sign((fn () => yield 1)()),
                'pass one id; signMany() signs a list of ids, such as iterator_to_array($userIds, false)',
            ],
            'secret: getenv' => [fn () => new Signer('gosquared', getenv('NOT_SET_HERE')), $getenv],
            'fallback: getenv' => [fn () => new Signer('gosquared', 'x', [getenv('NOT_SET_HERE')]), $getenv],
            'secret: a Closure' => [fn () => new Signer('gosquared', fn () => 'x'), 'call it, and pass the string that it returns'],
            'secret: a list' => [fn () => new Signer('gosquared', ['x']), 'pass one secret as a string; older ones go into $fallbackSecrets'],
            'secret: a backed enum' => [
                fn () => new Signer('gosquared', Backed::One),
                'pass the secret as a string, as the provider shows it: of a case of an enum its ->value',
            ],
            'provider: an enum' => [
                fn () => new Signer(Backed::One, 'x'),
                "pass the name of a provider, such as 'gosquared': of a case of an enum its ->value",
            ],
            'provider: getenv' => [
                fn () => new Signer(getenv('NOT_SET_HERE'), 'x'),
                "pass the name of a provider, such as 'gosquared'; false is what getenv() returns for a variable that is not set",
            ],
            'signature: false' => [
                fn ($s) => $s->isValid(1, false),
                "pass null where no signature arrived: \$_GET['signature'] ?? null",
            ],
            'signature: ?signature[]=' => [
                fn ($s) => $s->verify(1, ['x']),
                'pass the signature as it arrived, or null; PHP makes an array of ?signature[]= in a query, which is no signature',
            ],
            'now: microtime' => [fn ($s) => $s->sign(1, microtime(true)), 'pass whole seconds: (int) $now'],
            'now: a date' => [fn ($s) => $s->sign(1, new \DateTimeImmutable()), 'pass $now->getTimestamp()'],
            'now: NaN' => [fn ($s) => $s->sign(1, NAN), 'pass whole seconds, such as time()'],
            'max age: an interval' => [fn ($s) => $s->verify(1, 'x', new \DateInterval('P1D')), 'pass whole seconds, such as 3600'],
            'list: a string' => [fn ($s) => $s->signMany('1'), 'put it in brackets: [$value]'],
            'list: null' => [fn ($s) => $s->signMany(null), 'pass a list of ids, or []'],
            'list: an iterator' => [fn ($s) => $s->signMany(new \ArrayIterator([1])), 'pass iterator_to_array($userIds, false)'],
            'list: a generator' => [fn ($s) => $s->signMany((fn () => yield 1)()), 'pass iterator_to_array($userIds, false)'],
            'list: other keys' => [fn ($s) => $s->signMany([3 => 1]), 'pass array_values($userIds)'],
            'also: other keys' => [fn ($s) => $s->explain(1, 'x', ['email' => 'a']), 'pass array_values($also)'],
            'fallbacks: null' => [fn () => new Signer('gosquared', 'x', null), 'pass a list, or leave it out'],
            'fallbacks: a Closure' => [fn () => new Signer('gosquared', 'x', fn () => []), 'call it, and pass the list that it returns'],
            'trait: a date' => [fn ($s) => $s->snippet(1, ['a' => new \DateTime()]), 'pass it as a string: ->format(DATE_ATOM)'],
            'trait: an enum' => [fn ($s) => $s->snippet(1, ['a' => Backed::One]), 'pass its ->value'],
        ];
    }

    /** @dataProvider advice */
    public function testTheAdviceLeadsToTheRightValue(callable $call, string $advice): void
    {
        try {
            $call(new Signer('gosquared', 'x'));
            self::fail('no TypeError');
        } catch (\TypeError $e) {
            self::assertSame($advice, explode('; ', $e->getMessage(), 2)[1]);
        }
    }

    public function testANumberInAStringIsNotANumber(): void
    {
        $message = '$now must be an int or null, not string; pass whole seconds, such as time()';
        $this->assertTypeErrorStarts($message, fn () => (new Signer('chameleon', 'x'))->sign('x', '1596165824'));
    }

    /** @return array<string, array{mixed, string}> */
    public static function notLists(): array
    {
        $keys = 'an array with other keys than 0, 1, 2 and so on';
        return [
            'string' => ['ab', 'string'],
            'null' => [null, 'null'],
            'iterator' => [new \ArrayIterator(['a']), \ArrayIterator::class],
            'map' => [['a' => 'b'], $keys],
            'map with a key that is not UTF-8' => [["\xff" => 'b'], $keys],
            'list with a gap' => [[0 => 'a', 2 => 'b'], $keys],
            'list out of order' => [[1 => 'a', 0 => 'b'], $keys],
        ];
    }

    /** @dataProvider notLists */
    public function testOnlyAListIsAList(mixed $value, string $type): void
    {
        $start = "must be an array that is a list, not $type; ";
        $signer = new Signer('gosquared', 'x');
        $this->assertTypeErrorStarts("\$fallbackSecrets $start", fn () => new Signer('gosquared', 'x', $value));
        $this->assertTypeErrorStarts("\$also $start", fn () => $signer->explain('x', 'x', $value));
        $this->assertTypeErrorStarts("\$userIds $start", fn () => $signer->signMany($value));
    }

    public function testTheFirstWrongTypeIsNamed(): void
    {
        $signer = new Signer('gosquared', 'x');
        $this->assertTypeErrorStarts('$signature must be', fn () => $signer->verify('x', 1, 1.5, 1.5, 1.5));
    }

    public function testATypeIsCheckedBeforeAnyValue(): void
    {
        $this->assertTypeErrorStarts('$fallbackSecrets[0] must', fn () => new Signer('nobody', '', [1]));
    }

    public function testNoConversionMethodIsEverCalled(): void
    {
        foreach (self::values() as [$value]) {
            try {
                (new Signer('gosquared', 'x'))->sign($value);
            } catch (\TypeError) {
            }
        }
        self::assertSame(0, CountsConversions::$calls);
    }

    private function assertTypeErrorStarts(string $start, callable $call): void
    {
        try {
            $call();
            self::fail('no TypeError');
        } catch (\TypeError $e) {
            self::assertStringStartsWith($start, $e->getMessage());
        }
    }
}

<?php
// Types are not converted: this file is in PHP's weak mode on purpose.

namespace PersonsigTests;

use PHPUnit\Framework\TestCase;
use Personsig\Signer;

require_once __DIR__ . '/CountsConversions.php';

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
        $pass = in_array($type, ['null', 'array'], true) ? 'the id of a user who is logged in' : '(string) $id';
        $message = "\$userId must be a string or an int, not $type; pass $pass";
        $signer = new Signer('gosquared', 'x');
        $this->assertTypeError($message, fn () => $signer->sign($value));
        $this->assertTypeError($message, fn () => $signer->verify($value, 'x'));
        $this->assertTypeError($message, fn () => $signer->isValid($value, 'x'));
        $this->assertTypeError($message, fn () => $signer->explain($value, 'x'));
        $this->assertTypeError($message, fn () => $signer->identity($value));
        $this->assertTypeError(
            "\$userIds[1] must be a string or an int, not $type; pass $pass",
            fn () => $signer->signMany(['x', $value]),
        );
        $this->assertTypeError(
            "\$userId must be a string, an int or null, not $type; pass $pass",
            fn () => $signer->snippet($value),
        );
        $this->assertTypeError(
            "\$also[1] must be a string or an int, not $type; pass $pass",
            fn () => $signer->explain('x', 'x', ['x', $value]),
        );
    }

    /** @dataProvider values */
    public function testNothingButStringsAndNullIsASecret(mixed $value, string $type): void
    {
        $rest = "must be a string or null, not $type; pass the secret's text or bytes";
        $this->assertTypeError("\$secret $rest", fn () => new Signer('gosquared', $value));
        $this->assertTypeError("\$fallbackSecrets[1] $rest", fn () => new Signer('gosquared', 'x', ['x', $value]));
    }

    /** @dataProvider values */
    public function testNothingButAStringIsAProvider(mixed $value, string $type): void
    {
        $message = "\$provider must be a string, not $type; pass the provider's name";
        $this->assertTypeError($message, fn () => new Signer($value, 'x'));
        $this->assertTypeError($message, fn () => Signer::fromEnv($value));
    }

    /** @dataProvider values */
    public function testNothingButStringsAndNullIsAVariableOrASignature(mixed $value, string $type): void
    {
        $this->assertTypeError(
            "\$variable must be a string or null, not $type; pass the name of an environment variable, or null",
            fn () => Signer::fromEnv('gosquared', $value),
        );
        $this->assertTypeError(
            "\$signature must be a string or null, not $type; pass the signature as it arrived, or null",
            fn () => (new Signer('gosquared', 'x'))->isValid('x', $value),
        );
    }

    /** @dataProvider values */
    public function testNothingButStringsAndNullIsAnOptionOfASnippet(mixed $value, string $type): void
    {
        $signer = new Signer('gosquared', 'x');
        $this->assertTypeError(
            "\$siteToken must be a string or null, not $type; pass the project's token, or null",
            fn () => $signer->snippet(1, [], $value),
        );
        $this->assertTypeError(
            "\$nonce must be a string or null, not $type; pass the nonce of this response's policy, or null",
            fn () => $signer->snippet(1, nonce: $value),
        );
    }

    /** @dataProvider values */
    public function testNothingButIntsAndNullIsANumber(mixed $value, string $type): void
    {
        $rest = "must be an int or null, not $type; pass whole seconds, such as time()";
        $signer = new Signer('chameleon', 'x');
        $this->assertTypeError("\$now $rest", fn () => $signer->sign('x', $value));
        $this->assertTypeError("\$now $rest", fn () => $signer->signMany([], $value));
        $this->assertTypeError("\$now $rest", fn () => $signer->identity('x', $value));
        $this->assertTypeError("\$now $rest", fn () => $signer->snippet('x', now: $value));
        $this->assertTypeError("\$maxAge $rest", fn () => $signer->verify('x', 'x', $value));
        $this->assertTypeError("\$clockSkew $rest", fn () => $signer->isValid('x', 'x', clockSkew: $value));
    }

    public function testANumberInAStringIsNotANumber(): void
    {
        $message = '$now must be an int or null, not string; pass whole seconds, such as time()';
        $this->assertTypeError($message, fn () => (new Signer('chameleon', 'x'))->sign('x', '1596165824'));
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
        $rest = "must be an array that is a list, not $type; pass [] or a list of";
        $this->assertTypeError("\$fallbackSecrets $rest secrets", fn () => new Signer('gosquared', 'x', $value));
        $signer = new Signer('gosquared', 'x');
        $this->assertTypeError("\$also $rest identifiers", fn () => $signer->explain('x', 'x', $value));
        $this->assertTypeError("\$userIds $rest identifiers", fn () => $signer->signMany($value));
    }

    public function testTheFirstWrongTypeIsNamed(): void
    {
        $signer = new Signer('gosquared', 'x');
        $this->assertTypeError('$signature must be', fn () => $signer->verify('x', 1, 1.5, 1.5, 1.5), prefix: true);
    }

    public function testATypeIsCheckedBeforeAnyValue(): void
    {
        $this->assertTypeError('$fallbackSecrets[0] must', fn () => new Signer('nobody', '', [1]), prefix: true);
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

    private function assertTypeError(string $message, callable $call, bool $prefix = false): void
    {
        try {
            $call();
            self::fail('no TypeError');
        } catch (\TypeError $e) {
            self::assertSame($message, $prefix ? substr($e->getMessage(), 0, strlen($message)) : $e->getMessage());
        }
    }
}

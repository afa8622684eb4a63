<?php
// Which PHP values are traits. In weak mode on purpose: types are not converted.

namespace PersonsigTests;

use PHPUnit\Framework\TestCase;
use Personsig\{InputException, Signer};

require_once __DIR__ . '/CountsConversions.php';

final class TraitsTest extends TestCase
{
    private static function snippet(mixed $traits): string
    {
        return (new Signer('gosquared', 'x'))->snippet(1, $traits);
    }

    private static function assertWritten(string $json, mixed $traits): void
    {
        self::assertStringContainsString('{"id":"1"' . $json . '}', self::snippet($traits));
    }

    private static function refusal(string $class, mixed $traits): string
    {
        try {
            self::snippet($traits);
        } catch (\Throwable $e) {
            self::assertInstanceOf($class, $e);
            return $e->getMessage();
        }
        self::fail('not refused');
    }

    /** @return array<string, array{string, mixed}> */
    public static function values(): array
    {
        $reference = 'r';
        $object = new \stdClass();
        $object->{'0'} = 'zero';
        $object->{''} = 'empty';
        return [
            'null' => ['null', null],
            'true' => ['true', true],
            'false' => ['false', false],
            'int' => ['-7', -7],
            'float' => ['0.1', 0.1],
            'float without a fraction' => ['1', 1.0],
            'string' => ['"1"', '1'],
            'string with NUL' => ['"a\u0000b"', "a\0b"],
            'list' => ['[1,"a"]', [1, 'a']],
            'list with a reference' => ['["r"]', [&$reference]],
            'map' => ['{"a":1}', ['a' => 1]],
            'list that was made out of order' => ['{"0":"b","1":"a"}', [1 => 'a', 0 => 'b']],
            'list with a gap' => ['{"0":"a","2":"b"}', [0 => 'a', 2 => 'b']],
            'int keys' => ['{"-5":1,"7":2}', [7 => 2, -5 => 1]],
            'empty array' => ['[]', []],
            'stdClass' => ['{"":"empty","0":"zero"}', $object],
            'empty stdClass' => ['{}', new \stdClass()],
            'stdClass of an array' => ['{"0":1}', (object) [1]],
        ];
    }

    /** @dataProvider values */
    public function testIsWrittenAs(string $json, mixed $value): void
    {
        self::assertWritten(",\"a\":$json", ['a' => $value]);
    }

    public function testIntKeysAreTheirDigits(): void
    {
        self::assertWritten(',"-5":1,"10":2', [10 => 2, -5 => 1]);
    }

    public function testAStdClassAtTheTopIsAMap(): void
    {
        self::assertWritten(',"0":1', (object) [1]);
    }

    public function testAReferenceIsItsValue(): void
    {
        $traits = ['a' => 1];
        $reference = &$traits['a'];
        self::assertWritten(',"a":1', $traits);
    }

    public function testPropertiesThatWereSetLaterAreSeen(): void
    {
        $object = new \stdClass();
        $object->b = 1;
        $object->a = 2;
        unset($object->b);
        self::assertWritten(',"o":{"a":2}', ['o' => $object]);
    }

    /** @return array<string, array{mixed, string}> */
    public static function wrongTypes(): array
    {
        return [
            'object' => [new \ArrayObject([1]), 'ArrayObject'],
            'class that extends stdClass' => [new class extends \stdClass {}, 'stdClass@anonymous'],
            'class with a property' => [new HasProperty(), HasProperty::class],
            'enum' => [Suit::Hearts, Suit::class],
            'closure' => [fn () => 1, 'Closure'],
            'resource' => [STDIN, 'resource'],
            'date' => [new \DateTimeImmutable('@0'), 'DateTimeImmutable'],
            'Stringable' => [new CountsConversions(), CountsConversions::class],
            'generator' => [(fn () => yield 1)(), 'Generator'],
        ];
    }

    /** @dataProvider wrongTypes */
    public function testIsNoTrait(mixed $value, string $type): void
    {
        $rest = "must be null, a bool, a string, an int, a float, an array or a stdClass, not $type; ";
        self::assertStringStartsWith("trait 1 $rest", self::refusal(\TypeError::class, ['a' => $value]));
        self::assertStringStartsWith("trait 2.1.3 $rest", self::refusal(\TypeError::class, [
            'a' => 1,
            'b' => ['c' => [1, 2, $value]],
        ]));
        self::assertStringStartsWith("trait 1.2 $rest", self::refusal(\TypeError::class, [
            'a' => (object) ['b' => 1, 'c' => &$value],
        ]));
    }

    /** @dataProvider wrongTypes */
    public function testIsNoTraits(mixed $value, string $type): void
    {
        $message = "\$traits must be an array with names as its keys, not $type; pass ['name' => \$value], or leave it out";
        self::assertSame($message, self::refusal(\TypeError::class, $value));
    }

    public function testAListIsNoTraits(): void
    {
        $message = self::refusal(\TypeError::class, ['a']);
        self::assertStringContainsString('must be an array with names as its keys, not a list;', $message);
    }

    public function testNullIsNoTraits(): void
    {
        self::assertStringContainsString('not null;', self::refusal(\TypeError::class, null));
    }

    public function testNoMethodOfAValueIsCalled(): void
    {
        CountsConversions::$calls = 0;
        self::refusal(\TypeError::class, ['a' => new CountsConversions()]);
        self::refusal(\TypeError::class, [new CountsConversions()]);
        self::refusal(\TypeError::class, new CountsConversions());
        self::assertSame(0, CountsConversions::$calls);
    }

    /** @return array<string, array{callable(mixed): mixed}> what nests a value one level deeper */
    public static function nestings(): array
    {
        return [
            'list' => [fn ($value) => [$value]],
            'map' => [fn ($value) => ['a' => $value]],
            'stdClass' => [fn ($value) => (object) ['a' => $value]],
        ];
    }

    /** @dataProvider nestings */
    public function test32LevelsAreWritten(callable $nest): void
    {
        for ($traits = 'core', $level = 2; $level <= 32; $level++) {
            $traits = $nest($traits);
        }
        self::assertStringContainsString('"core"', self::snippet(['a' => $traits]));
    }

    /** @dataProvider nestings */
    public function test33LevelsAreRefused(callable $nest): void
    {
        for ($traits = 'core', $level = 2; $level <= 33; $level++) {
            $traits = $nest($traits);
        }
        self::assertStringContainsString('32 levels', self::refusal(InputException::class, ['a' => $traits]));
    }

    public function testAnArrayThatHoldsItselfIsRefused(): void
    {
        $traits = ['a' => 1];
        $traits['b'] = &$traits;
        self::assertStringContainsString('32 levels', self::refusal(InputException::class, $traits));
    }

    public function testAnObjectThatHoldsItselfTwiceIsRefusedAtOnce(): void
    {
        $object = new \stdClass();
        $object->a = [$object, $object];
        $object->b = $object;
        self::assertStringContainsString('32 levels', self::refusal(InputException::class, ['a' => $object]));
    }

    public function testNothingIsLookedAtBehindWhatLiesTooDeep(): void
    {
        $deep = ['a' => 1];
        $deep['b'] = &$deep;
        self::refusal(InputException::class, ['a' => $deep, 'b' => new CountsConversions()]);
        self::refusal(InputException::class, ['a' => [$deep, new CountsConversions()]]);
    }

    public function testTypesComeBeforeValues(): void
    {
        self::refusal(\TypeError::class, ['id' => 1, 'b' => new \ArrayObject()]);
    }

    public function testTypesAreCheckedFromLeftToRight(): void
    {
        $signer = new Signer('gosquared', 'x');
        foreach (['userId', 'traits', 'siteToken', 'nonce', 'now'] as $first => $name) {
            $wrong = array_merge(array_slice([1, [], 'a', 'a', 1], 0, $first), array_fill(0, 5 - $first, 1.5));
            try {
                $signer->snippet(...$wrong);
                self::fail('no TypeError');
            } catch (\TypeError $e) {
                self::assertStringStartsWith("\$$name must be", $e->getMessage());
            }
        }
    }

    public function testTheArgumentsAreLeftAsTheyWere(): void
    {
        $inner = ['z' => 1, 'y' => [2]];
        $traits = ['b' => &$inner, 'a' => (object) ['q' => 1]];
        $before = serialize($traits);
        self::snippet($traits);
        self::assertSame($before, serialize($traits));
    }
}

enum Suit: string
{
    case Hearts = 'h';
}

final class HasProperty
{
    public string $name = 'x';
}

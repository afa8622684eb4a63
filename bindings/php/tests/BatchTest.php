<?php
// What `signMany` is to a PHP program, beyond what the vectors say.

declare(strict_types=1);

namespace PersonsigTests;

use PHPUnit\Framework\TestCase;
use Personsig\{InputException, Signer};

require_once __DIR__ . '/Php.php';

final class BatchTest extends TestCase
{
    private static function signer(): Signer
    {
        return new Signer('gosquared', 'x');
    }

    /** @param list<string|int> $ids */
    private static function assertSignedOneByOne(array $ids): void
    {
        self::assertSame(array_map(self::signer()->sign(...), $ids), self::signer()->signMany($ids));
    }

    public function testNoIdsAreNoSignatures(): void
    {
        self::assertSame([], self::signer()->signMany([]));
    }

    public function testManyIdsAreSignedAsOneByOne(): void
    {
        $ids = array_map(fn ($i) => $i % 3 === 0 ? $i : str_repeat("é$i", 1 + $i % 50), range(1, 10_001));
        self::assertSignedOneByOne($ids);
    }

    public function testAReferenceInTheListIsItsValue(): void
    {
        [$text, $int] = ['a', 2];
        self::assertSignedOneByOne([&$text, &$int, &$text]);
    }

    /** @return array<string, array{list<string>}> lists that PHP keeps in other ways than `[...]` */
    public static function lists(): array
    {
        $removed = ['a', 'b', 'c', 'd'];
        unset($removed[3], $removed[2]);
        $sorted = [1 => 'b', 0 => 'a', 2 => 'c'];
        ksort($sorted);
        $map = ['x' => 1, 0 => 'a', 1 => 'b'];
        unset($map['x']);
        $grown = [];
        foreach (range('a', 'z') as $letter) {
            $grown[] = $letter;
        }
        return [
            'with its end removed' => [$removed],
            'sorted into a list' => [$sorted],
            'that was a map' => [$map],
            'grown' => [$grown],
            'a constant' => [['a', 'b']],
            'spread' => [[...['a', 'b'], ...['c']]],
        ];
    }

    /** @dataProvider lists */
    public function testIsAList(array $ids): void
    {
        self::assertTrue(array_is_list($ids));
        self::assertSignedOneByOne($ids);
    }

    public function testAListWithAHoleIsNone(): void
    {
        $ids = ['a', 'b', 'c'];
        unset($ids[1]);
        $this->expectException(\TypeError::class);
        self::signer()->signMany($ids);
    }

    public function testTheFirstBadIdIsNamed(): void
    {
        try {
            self::signer()->signMany(['a', 'b', "c\n", '']);
            self::fail('not refused');
        } catch (InputException $e) {
            self::assertSame(['control-character', 2], [$e->reason, $e->index]);
        }
    }

    public function testTheIdsAreLeftAsTheyWere(): void
    {
        $ids = ['a', 7];
        self::signer()->signMany($ids);
        self::assertSame(['a', 7], $ids);
    }

    public function testTheSignaturesAreAnArrayOfOnesOwn(): void
    {
        $signatures = self::signer()->signMany(['a']);
        $signatures[] = 'b';
        self::assertCount(2, $signatures);
    }

    public function testABatchIsFreed(): void
    {
        $ids = range(1, 1000);
        $sign = function () use ($ids): void {
            self::signer()->signMany($ids);
            try {
                self::signer()->signMany([...$ids, '']);
            } catch (InputException) {
            }
        };
        $sign();
        $before = memory_get_usage();
        $sign();
        self::assertSame($before, memory_get_usage());
    }

    /** @return array<string, array{string, string}> a call whose result does not fit, and the limit */
    public static function tooMuch(): array
    {
        $sign = fn (int $count) => "\$s->signMany(range(1, $count));";
        return [
            '100,000 signatures in 8 MiB' => [$sign(100_000), '8M'],
            '110,000 signatures in 8 MiB' => [$sign(110_000), '8M'],
            '400,000 signatures in 16 MiB' => [$sign(400_000), '16M'],
            '400,000 signatures in 32 MiB' => [$sign(400_000), '32M'],
            'a list of the same id in 8 MiB' => ['$s->signMany(array_fill(0, 250000, "1"));', '8M'],
            'a trait of 5 MB in 16 MiB' => ['$s->snippet("1", ["a" => str_repeat("é", 2500000)]);', '16M'],
            'references to one text in 16 MiB' => [
                '$text = str_repeat("é", 1000000); $s->snippet("1", ["a" => [&$text, &$text, &$text, &$text, &$text, &$text]]);',
                '16M',
            ],
            'an id of 5 MB in 8 MiB' => ['$s->identity(str_repeat("a", 5000000));', '8M'],
        ];
    }

    /** @dataProvider tooMuch */
    public function testTheMemoryLimitIsPhpsOrdinaryError(string $call, string $limit): void
    {
        $program = 'register_shutdown_function(fn () => print "shut down in order"); '
            . '$s = new Personsig\Signer("gosquared", "x"); ' . $call . ' echo "went on";';
        // Some engines have this setting, and end the process where it is reached.
        foreach (['-1', '110'] as $percent) {
            $output = Php::run(['-r', $program], ["memory_limit=$limit", "memory_hard_limit_percent=$percent"]);
            self::assertStringContainsString('Allowed memory size of ' . (int) $limit * 1024 ** 2 . ' bytes exhausted', $output);
            self::assertStringEndsWith('shut down in order', $output);
            self::assertStringNotContainsString('went on', $output);
        }
    }

    public function testWhatFitsIsSignedUpToTheLimit(): void
    {
        $program = '$s = new Personsig\Signer("gosquared", "x"); echo count($s->signMany(range(1, 50000)));';
        self::assertSame('50000', Php::run(['-r', $program], ['memory_limit=8M']));
        $program = '$s = new Personsig\Signer("gosquared", "x"); echo strlen($s->snippet(1, ["a" => str_repeat("a", 5000000)])) > 5000000;';
        self::assertSame('1', Php::run(['-r', $program], ['memory_limit=16M']));
    }

    public function testAServerGoesOnAfterTheMemoryLimit(): void
    {
        $answers = Php::serve(__DIR__ . '/batch.php', ['memory_limit=8M', 'display_errors=0'], ['/100000', '/3', '/110000', '/3']);
        self::assertSame(['', $answers[1], '', $answers[1]], $answers);
        self::assertStringStartsWith('3 signatures of ', $answers[1]);
    }

    public function testAChildOfFpmGoesOnAfterTheMemoryLimit(): void
    {
        $paths = ['/3', '/100000', '/3', '/110000', '/3', '/400000', '/3'];
        $settings = ['memory_limit=8M', 'display_errors=0', 'log_errors=0'];
        [$answers, $log] = Php::fpm(__DIR__ . '/batch.php', $settings, $paths);
        $children = array_unique(array_map(fn ($at) => $answers[$at], [0, 2, 4, 6]));
        self::assertCount(1, $children, "one child answers all of them: $log");
        self::assertStringStartsWith('3 signatures of ', $children[0]);
        self::assertSame(['', '', ''], [$answers[1], $answers[3], $answers[5]]);
        self::assertStringNotContainsString('exited', $log);
    }
}

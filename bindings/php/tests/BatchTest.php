<?php
// What `signMany` is to a PHP program, beyond what the vectors say.

declare(strict_types=1);

namespace PersonsigTests;

use PHPUnit\Framework\TestCase;
use Personsig\{InputException, Signer};

require_once __DIR__ . '/Php.php';

final class BatchTest extends TestCase
{
    private const TOO_MUCH = '$s = new Personsig\Signer("gosquared", "x"); $ids = range(1, 100000); $s->signMany($ids);';

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

    public function testTheMemoryLimitIsPhpsOrdinaryError(): void
    {
        $program = 'register_shutdown_function(fn () => print "shut down in order"); ' . self::TOO_MUCH;
        $output = Php::run(['-r', $program], ['memory_limit=8M']);
        self::assertStringContainsString('Allowed memory size of 8388608 bytes exhausted', $output);
        self::assertStringEndsWith('shut down in order', $output);
    }

    public function testAServerGoesOnAfterTheMemoryLimit(): void
    {
        $answers = Php::serve(__DIR__ . '/batch.php', ['memory_limit=8M', 'display_errors=0'], ['/100000', '/3', '/100000', '/3']);
        self::assertSame(['', '3 signatures', '', '3 signatures'], $answers);
    }
}

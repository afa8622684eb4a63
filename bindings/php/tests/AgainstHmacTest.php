<?php
// PHP's own hash_hmac says the same. PERSONSIG_SEED=n repeats a run.

declare(strict_types=1);

namespace PersonsigTests;

use PHPUnit\Framework\TestCase;
use Personsig\Signer;

final class AgainstHmacTest extends TestCase
{
    private const SECRET = 'personsig-test-secret';

    /** The code points that take 1, 2, 3, 4 bytes: all of Unicode but surrogates and control characters. */
    private const RANGES = [
        [[0x20, 0x3b], [0x3d, 0x7e]], // not `<`, of which placeholders are made
        [[0x80, 0x7ff]],
        [[0x800, 0xd7ff], [0xe000, 0xffff]],
        [[0x10000, 0x10ffff]],
    ];

    public function test100000RandomIdsAreSignedAsHashHmacSignsThem(): void
    {
        $seed = (int) (getenv('PERSONSIG_SEED') ?: random_int(0, 2 ** 32 - 1));
        fwrite(STDERR, "PERSONSIG_SEED=$seed\n");
        mt_srand($seed);
        $gosquared = new Signer('gosquared', self::SECRET);
        $chameleon = new Signer('chameleon', self::SECRET);
        for ($number = 0; $number < 100_000; $number++) {
            $id = self::randomId();
            $now = mt_rand(0, 99_999_999_999);
            if (
                $gosquared->sign($id) !== hash_hmac('sha256', $id, self::SECRET)
                || $chameleon->sign($id, $now) !== hash_hmac('sha256', "$id-$now", self::SECRET) . "-$now"
            ) {
                self::fail("seed $seed, id $number: " . bin2hex($id) . " at $now");
            }
        }
        self::assertSame(100_000, $number);
    }

    /** 1 to 300 bytes, in runs of characters of one width. */
    private static function randomId(): string
    {
        $id = '';
        for ($left = mt_rand(1, 300); $left > 0; $left -= $width * $count) {
            $width = mt_rand(1, min(4, $left));
            $count = mt_rand(1, min(12, intdiv($left, $width)));
            for ($i = 0; $i < $count; $i++) {
                $ranges = self::RANGES[$width - 1];
                $id .= mb_chr(mt_rand(...$ranges[mt_rand(0, count($ranges) - 1)]), 'UTF-8');
            }
        }
        return $id;
    }
}

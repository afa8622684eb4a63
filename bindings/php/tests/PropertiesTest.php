<?php
// What holds for every provider, secret, id and time, with PHP's own hash_hmac as the oracle. PERSONSIG_SEED=n repeats a
// run, CASES=1000000 tries as many.

declare(strict_types=1);

namespace PersonsigTests;

use PHPUnit\Framework\TestCase;
use Personsig\InputException;
use Personsig\Signer;
use Personsig\VerificationException;

use function Personsig\providers;

final class PropertiesTest extends TestCase
{
    private const NOW = 1596165824;
    private const PLACEHOLDERS = [
        'undefined', 'null', 'None', 'NaN', '<nil>', '[object Object]', '#<User>', '<User object at 0x7f>',
    ];
    private const PLACEHOLDER =
        '/^(?:undefined|null|None|NaN|<nil>|\[object .*\]|#<.*>|<.* object at 0x.*>)$/sD';
    private const HOSTILE = ['</script>', '<!--<script>', '-->', ']]>', "\u{2028}", "'\"\\", '`${x}', '&lt;', "\x01", "\\'"];

    private int $seed;
    private int $cases;

    protected function setUp(): void
    {
        $this->cases = (int) (getenv('CASES') ?: 5000);
        $this->seed = (int) (getenv('PERSONSIG_SEED') ?: random_int(1, 2 ** 31));
        fwrite(STDERR, "PERSONSIG_SEED=$this->seed\n");
        mt_srand($this->seed);
    }

    public function testEveryIdIsSignedAsHashHmacSignsItOrRefusedForAReason(): void
    {
        for ($number = 0; $number < $this->cases; $number++) {
            [$row, $secret, $signer] = self::signer();
            [$id, $now] = [self::id(), mt_rand(0, 99_999_999_999)];
            $where = "seed $this->seed, case $number: $row->name " . bin2hex($id) . " at $now";
            $reasons = self::whyRefused($row, $id);
            if ($reasons === []) {
                $right = self::expected($row, $secret, $id, $now);
                self::assertSame($right, $signer->sign($id, $now), $where);
                self::assertSame(0, $signer->verify($id, $right, now: $now)->secretIndex, $where);
                foreach (self::wrong($right) as $wrong) {
                    self::assertFalse($signer->isValid($id, $wrong, now: $now), $where);
                    self::assertInstanceOf(
                        VerificationException::class,
                        self::thrown(fn () => $signer->verify($id, $wrong, now: $now)),
                        $where,
                    );
                }
            } else {
                $error = self::thrown(fn () => $signer->sign($id, $now));
                self::assertInstanceOf(InputException::class, $error, $where);
                self::assertContains($error->reason, $reasons, $where);
                self::assertFalse(strlen($id) >= 16 && str_contains($error->getMessage(), $id), $where);
            }
        }
    }

    public function testABatchIsWhatSignSaysOneByOne(): void
    {
        for ($number = 0; $number < $this->cases / 10; $number++) {
            [$row, $secret, $signer] = self::signer();
            $ids = array_map(self::id(...), array_fill(0, mt_rand(0, 11), null));
            $now = mt_rand(0, 99_999_999_999);
            $where = "seed $this->seed, case $number";
            $bad = array_key_first(array_filter($ids, fn ($id) => self::whyRefused($row, $id) !== []));
            if ($bad === null) {
                $right = array_map(fn ($id) => self::expected($row, $secret, $id, $now), $ids);
                self::assertSame($right, $signer->signMany($ids, $now), $where);
            } else {
                $error = self::thrown(fn () => $signer->signMany($ids, $now));
                self::assertInstanceOf(InputException::class, $error, $where);
                self::assertSame($bad, $error->index, $where);
            }
        }
    }

    public function testAnIntegerIsSignedAsItsDecimalText(): void
    {
        $signer = new Signer('gosquared', 'personsig-test-secret');
        for ($number = 0; $number < $this->cases / 5; $number++) {
            $integer = mt_rand() << mt_rand(0, 40) ^ -mt_rand(0, 1);
            self::assertSame($signer->sign((string) $integer), $signer->sign($integer), "seed $this->seed: $integer");
        }
    }

    public function testAPageIsOneScriptElementWithWhatWasGiven(): void
    {
        $signer = new Signer('gosquared', 'personsig-test-secret');
        for ($number = 0; $number < $this->cases / 5; $number++) {
            $traits = self::traits(1);
            $html = (string) $signer->snippet('42', (array) $traits);
            $where = "seed $this->seed, case $number: " . serialize($traits);
            self::assertSame(1, preg_match('~\A<script>\n_gs\("identify",([ -%\'-;=?-\~]*)\);\n_gs\([^<>&]*</script>\z~', $html, $call), $where);
            $traits->id = '42';
            self::assertEquals($traits, json_decode($call[1]), $where);
        }
    }

    public function testExplainShowsNoSixteenDigitsOfARightSignature(): void
    {
        for ($number = 0; $number < $this->cases / 50; $number++) {
            [$row, $secret, $signer] = self::signer();
            $id = 'ada-' . mt_rand() . '@example.com';
            $right = self::expected($row, $secret, $id, self::NOW);
            $told = '';
            foreach ([hash_hmac('sha256', $id, "$secret\n"), substr($right, 0, 40), strtoupper($right), "\"$right\""] as $shown) {
                foreach ($signer->explain($id, $shown, now: self::NOW) as $finding) {
                    $told .= "$finding->code $finding->message $finding->fix ";
                }
            }
            for ($at = 0; $at <= strlen($right) - 16; $at++) {
                self::assertFalse(stripos($told, substr($right, $at, 16)), "seed $this->seed, case $number");
            }
            self::assertStringNotContainsString($id, $told);
        }
    }

    private static function thrown(callable $call): ?\Throwable
    {
        try {
            $call();
        } catch (\Throwable $error) {
            return $error;
        }
        return null;
    }

    private static function signer(): array
    {
        $rows = providers();
        $row = $rows[mt_rand(0, count($rows) - 1)];
        $secret = 's' . self::characters(mt_rand(0, 200), [[0x30, 0x39], [0x61, 0x66], [0xe9, 0xe9]]) . 't';
        $secret = $row->keyForm === 'hex' ? hash('sha512', $secret) : $secret;
        return [$row, $secret, new Signer($row->name, $secret)];
    }

    private static function id(): string
    {
        return match (mt_rand(0, 9)) {
            0 => self::PLACEHOLDERS[mt_rand(0, 7)],
            1 => self::characters(mt_rand(0, 20), [[0x0, 0x7f]]),
            2, 3 => self::characters(mt_rand(1, 20), [[0x41, 0x5a], [0x61, 0x7a], [0xe9, 0xe9]]) . '@Example.com',
            4 => self::characters(mt_rand(1, 20), [[0x61, 0x7a]]) . chr(mt_rand(0, 255)) . chr(mt_rand(0, 255)),
            default => self::characters(mt_rand(1, 130), [[0x20, 0x7e], [0xa0, 0x7ff], [0x800, 0xd7ff], [0x10000, 0x10ffff]]),
        };
    }

    private static function characters(int $count, array $ranges): string
    {
        $text = '';
        for ($i = 0; $i < $count; $i++) {
            $text .= mb_chr(mt_rand(...$ranges[mt_rand(0, count($ranges) - 1)]), 'UTF-8');
        }
        return $text;
    }

    private static function whyRefused(object $row, string $id): array
    {
        if (!mb_check_encoding($id, 'UTF-8')) {
            return ['invalid-text'];
        }
        return array_keys(array_filter([
            'empty-user-id' => $id === '',
            'control-character' => preg_match('/[\x00-\x1f\x7f]/', $id) === 1,
            'placeholder-user-id' => preg_match(self::PLACEHOLDER, $id) === 1,
            'email-expected' => $row->identifier === 'email' && !self::isEmail($id),
        ]));
    }

    /** Which vendors want an e-mail in lower case, the vectors say. Here it must hold for all of a vendor's, or for none. */
    private static function wantsLowerCase(string $name): bool
    {
        $signer = new Signer($name, '00112233445566778899aabbccddeeff');
        return $signer->sign('ADA@B.C', now: 0) === $signer->sign('ada@b.c', now: 0);
    }

    private static function isEmail(string $id): bool
    {
        return preg_match('/.@./s', $id) === 1;
    }

    private static function expected(object $row, string $secret, string $id, int $now): string
    {
        $key = $row->keyForm === 'hex' ? hex2bin($secret) : $secret;
        if (self::wantsLowerCase($row->name) && self::isEmail($id)) {
            $id = strtr($id, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz');
        }
        if ($row->scheme === 'timestamped') {
            return hash_hmac('sha256', "$id-$now", $key) . "-$now";
        }
        $mac = hash_hmac('sha256', $id, $key, true);
        return match ($row->encoding) {
            'base64' => base64_encode($mac),
            'base64url' => rtrim(strtr(base64_encode($mac), '+/', '-_'), '='),
            default => bin2hex($mac),
        };
    }

    /** What is near a right signature and is not one. */
    private static function wrong(string $right): array
    {
        $at = mt_rand(0, strlen($right) - 1);
        $other = substr_replace($right, $right[$at] === '0' ? '1' : '0', $at, 1);
        $near = [$other, substr($right, 0, $at), "{$right}0", " $right", strtoupper($right)];
        return array_filter($near, fn ($text) => $text !== $right);
    }

    private static function traits(int $level): \stdClass
    {
        $traits = new \stdClass();
        for ($i = mt_rand(0, 4); $i > 0; $i--) {
            $hostile = mt_rand(0, 2) === 0;
            $key = $hostile ? self::HOSTILE[mt_rand(0, 9)] : 'k' . self::characters(mt_rand(0, 8), [[0x20, 0xd7ff]]);
            $traits->$key = self::value($level);
        }
        return $traits;
    }

    private static function value(int $level): mixed
    {
        return match (mt_rand(0, $level < 4 ? 7 : 5)) {
            0 => null,
            1 => mt_rand(0, 1) === 1,
            2 => mt_rand(-(2 ** 53) + 1, 2 ** 53 - 1),
            3 => mt_rand(0, 1000) / 8 + 0.0625,
            4 => self::HOSTILE[mt_rand(0, 9)],
            5 => self::characters(mt_rand(0, 20), [[0x1, 0xd7ff], [0xe000, 0x10ffff]]),
            6 => array_map(fn () => self::value($level + 1), array_fill(0, mt_rand(0, 3), null)),
            7 => self::traits($level + 1),
        };
    }
}

<?php
// The extension in processes of its own: the examples, opcache and forks.

declare(strict_types=1);

namespace PersonsigTests;

use PHPUnit\Framework\TestCase;
use Personsig\Signer;

require_once __DIR__ . '/Php.php';

final class ProcessTest extends TestCase
{
    public static function examples(): array
    {
        return [
            'sign' => ['sign', "0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64\n"
                . "05e19f815e0f91571951e927b3be86ff14c677828d8b61c9aab4bd8ec46d4537-1596165824\n"],
            'verify' => ['verify', "valid, signed at 1596165824 with secret 0\nrefused: signature-mismatch\n"],
            'rotate' => ['rotate', "valid, with secret 1\nvalid, with secret 0\n"],
            'snippet' => ['snippet', "<script nonce=\"rAnd0m\">\n"
                . "_gs(\"identify\",{\"id\":\"123456\",\"name\":\"O\\u0027Brien\",\"seats\":3});\n"
                . "_gs(\"auth\",\"0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64\");\n</script>\n''\n"
                . "{\"id\":\"123456\",\"auth\":\"0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64\"}\n"],
        ];
    }

    /** @dataProvider examples */
    public function testTheExamplePrints(string $name, string $expected): void
    {
        self::assertSame($expected, Php::run([__DIR__ . "/../../../examples/$name.php"]));
    }

    public function testOpcacheAndItsCompilerChangeNothing(): void
    {
        $settings = ['zend_extension=opcache', 'opcache.enable_cli=1'];
        array_push($settings, 'opcache.jit=tracing', 'opcache.jit_buffer_size=16M');
        if (str_contains(Php::run(['-r', ''], $settings), 'Failed loading')) {
            self::markTestSkipped('opcache is not installed');
        }
        $program = '$s = new Personsig\Signer("gosquared", "x"); $different = 0;
            for ($i = 0; $i < 20000; $i++) { $different += $s->sign($i) !== hash_hmac("sha256", "$i", "x"); }
            echo opcache_get_status(false)["jit"]["on"] ? "compiled, " : "", $different, " different";';
        self::assertSame('compiled, 0 different', Php::run(['-r', $program], $settings));
    }

    public function testASignerWorksOnBothSidesOfAFork(): void
    {
        if (!function_exists('pcntl_fork')) {
            self::markTestSkipped('pcntl is not built in');
        }
        $program = '$s = new Personsig\Signer("gosquared", "x"); $child = pcntl_fork();
            if ($child) { pcntl_waitpid($child, $status); } echo $s->sign("42"), "\n";';
        $line = hash_hmac('sha256', '42', 'x') . "\n";
        self::assertSame($line . $line, Php::run(['-r', $program]));
    }

    public function testObjectsAreFreed(): void
    {
        $make = function (): void {
            for ($i = 0; $i < 1000; $i++) {
                $signer = new Signer('gosquared', 'x', ['y']);
                $signer->verify('42', $signer->sign('42'));
                $signer->identity('42');
                (string) $signer->snippet('42', ['a' => ['b', (object) ['c' => 1.5]]], 'GSN-1-A', 'abc');
                try {
                    $signer->verify('42', 'x');
                } catch (\RuntimeException) {
                }
            }
        };
        $make();
        $before = memory_get_usage();
        $make();
        self::assertSame($before, memory_get_usage());
    }
}

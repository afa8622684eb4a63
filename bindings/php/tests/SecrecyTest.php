<?php
// No secret, id or signature that was passed can be found in anything that comes out.

declare(strict_types=1);

namespace PersonsigTests;

use PHPUnit\Framework\TestCase;
use Personsig\Signer;

require_once __DIR__ . '/Php.php';
require_once __DIR__ . '/canaries.php';

final class SecrecyTest extends TestCase
{
    public static function calls(): array
    {
        return array_map(fn ($name) => [$name], array_combine($names = array_keys(CALLS), $names));
    }

    /** @dataProvider calls */
    public function testNoErrorRepeatsAValue(string $name): void
    {
        // In a process of its own: PHPUnit's frames would be in the trace, with this test's own arguments.
        $output = Php::run([__DIR__ . '/canaries.php', $name], ['zend.exception_ignore_args=0']);
        self::assertStringContainsString('thrown: ', $output);
        self::assertStringNotContainsStringIgnoringCase('canary', $output);
    }

    public function testAnUnhandledErrorPrintsAndLogsNoValue(): void
    {
        $program = 'new Personsig\Signer($argv[1], "gosquared", [$argv[1]]);';
        $output = Php::run(['-r', $program, 'canary'], ['zend.exception_ignore_args=0', 'log_errors=1']);
        self::assertStringContainsString('InputException', $output);
        self::assertStringNotContainsString('canary', $output);
    }

    public function testEveryParameterIsSensitive(): void
    {
        foreach ((new \ReflectionClass(Signer::class))->getMethods() as $method) {
            foreach ($method->getParameters() as $parameter) {
                $attributes = $parameter->getAttributes(\SensitiveParameter::class);
                self::assertCount(1, $attributes, "$method->name $parameter->name");
            }
        }
    }

    public static function showings(): array
    {
        return [
            'var_dump' => [function ($s) { var_dump($s); }],
            'print_r' => [fn ($s) => print_r($s)],
            'var_export' => [fn ($s) => var_export($s)],
            'debug_zval_dump' => [function ($s) { debug_zval_dump($s); }],
            'json_encode' => [function ($s) { echo json_encode($s); }],
            'array' => [fn ($s) => print_r((array) $s)],
            'get_object_vars' => [fn ($s) => print_r(get_object_vars($s))],
            'get_mangled_object_vars' => [fn ($s) => print_r(get_mangled_object_vars($s))],
            'foreach' => [function ($s) { foreach ($s as $name => $value) { echo "$name $value"; } }],
            'a bound closure' => [fn ($s) => print_r(\Closure::bind(fn () => get_object_vars($this), $s)())],
            'reflection' => [function ($s) { echo new \ReflectionObject($s); }],
        ];
    }

    /** @dataProvider showings */
    public function testADumpShowsTheProviderAndNoMore(callable $show): void
    {
        ob_start();
        $show(new Signer('gosquared', 'canary-secret', ['canary-fallback']));
        $shown = ob_get_clean();
        self::assertStringContainsString('provider', $shown);
        self::assertStringNotContainsString('canary', $shown);
    }

    public function testPhpinfoShowsNoValue(): void
    {
        $program = '$s = Personsig\Signer::fromEnv("gosquared"); (new ReflectionExtension("personsig"))->info();';
        $output = Php::run(['-r', $program], [], ['GOSQUARED_SECURE_MODE_SECRET' => 'canary']);
        self::assertStringContainsString('personsig', $output);
        self::assertStringNotContainsString('canary', $output);
    }
}

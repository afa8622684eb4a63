<?php
// What `Signer::fromEnv` reads: for each name the first of $_ENV, $_SERVER and getenv() that has text.

declare(strict_types=1);

namespace PersonsigTests;

use PHPUnit\Framework\TestCase;
use Personsig\{InputException, Signer};

require_once __DIR__ . '/Php.php';

final class EnvironmentTest extends TestCase
{
    private const NAME = 'PERSONSIG_TEST_SECRET';

    protected function tearDown(): void
    {
        putenv(self::NAME);
        unset($_ENV[self::NAME], $_SERVER[self::NAME]);
    }

    private function assertRead(string $secret): void
    {
        $signer = Signer::fromEnv('gosquared', self::NAME);
        self::assertSame(hash_hmac('sha256', '42', $secret), $signer->sign('42'));
    }

    public function testEnvComesFirst(): void
    {
        [$_ENV[self::NAME], $_SERVER[self::NAME]] = ['from env', 'from server'];
        putenv(self::NAME . '=from getenv');
        $this->assertRead('from env');
    }

    public function testServerComesBeforeGetenv(): void
    {
        $_SERVER[self::NAME] = 'from server';
        putenv(self::NAME . '=from getenv');
        $this->assertRead('from server');
    }

    public function testPutenvIsSeen(): void
    {
        putenv(self::NAME . '=from getenv');
        $this->assertRead('from getenv');
    }

    public function testEmptyTextIsPassedOver(): void
    {
        [$_ENV[self::NAME], $_SERVER[self::NAME]] = ['', 'from server'];
        $this->assertRead('from server');
    }

    public function testWhatIsNotTextIsPassedOver(): void
    {
        [$_ENV[self::NAME], $_SERVER[self::NAME]] = [['from env'], 42];
        putenv(self::NAME . '=from getenv');
        $this->assertRead('from getenv');
    }

    public function testAReferenceIsItsValue(): void
    {
        $secret = 'from a reference';
        $_ENV[self::NAME] = &$secret;
        $this->assertRead('from a reference');
    }

    public function testASecretOfAnyBytesIsRead(): void
    {
        $_ENV[self::NAME] = "a\0\xff";
        $this->assertRead("a\0\xff");
    }

    public function testTheVariableIsNamedWhereItIsMissing(): void
    {
        $this->expectException(InputException::class);
        $this->expectExceptionMessage(self::NAME);
        Signer::fromEnv('gosquared', self::NAME);
    }

    public function testAVariableThatIsNotUtf8IsMissing(): void
    {
        $this->expectException(InputException::class);
        Signer::fromEnv('gosquared', "\xff");
    }

    /** @return array<string, array{list<string>}> */
    public static function settings(): array
    {
        // The program below names neither array, so that PHP has not built them when it is asked.
        return [
            '$_ENV alone' => [['variables_order=E', 'disable_functions=getenv']],
            '$_SERVER alone' => [['variables_order=GPCS', 'disable_functions=getenv']],
            'getenv alone' => [['variables_order=']],
            'the stock php.ini' => [['variables_order=GPCS', 'auto_globals_jit=1']],
            'without auto_globals_jit' => [['variables_order=EGPCS', 'auto_globals_jit=0', 'disable_functions=getenv']],
        ];
    }

    /** @dataProvider settings */
    public function testTheProcesssEnvironmentIsReadWith(array $settings): void
    {
        $program = 'echo Personsig\Signer::fromEnv("gosquared")->sign("42");';
        $output = Php::run(['-r', $program], $settings, ['GOSQUARED_SECURE_MODE_SECRET' => 'the secret']);
        self::assertSame(hash_hmac('sha256', '42', 'the secret'), $output);
    }
}

<?php
// What a Signer is to a PHP program, beyond what the vectors say.

declare(strict_types=1);

namespace PersonsigTests;

use PHPUnit\Framework\TestCase;
use Personsig\{Finding, InputException, PersonsigException, Provider, Signer, VerificationException, Verified};

use function Personsig\providers;

require_once __DIR__ . '/Php.php';

final class SignerTest extends TestCase
{
    private const PLAIN = '0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64';
    private const TIMESTAMPED = '05e19f815e0f91571951e927b3be86ff14c677828d8b61c9aab4bd8ec46d4537-1596165824';

    private static function signer(string $provider = 'gosquared'): Signer
    {
        return new Signer($provider, 'personsig-test-secret');
    }

    private static function thrown(callable $call): ?\Throwable
    {
        try {
            $call();
        } catch (\Throwable $e) {
            return $e;
        }
        return null;
    }

    public function testASecondConstructionThrows(): void
    {
        $this->expectException(\Error::class);
        self::signer()->__construct('gosquared', 'other');
    }

    public function testASecondConstructionChangesNothing(): void
    {
        $signer = self::signer();
        self::thrown(fn () => $signer->__construct('chameleon', 'other'));
        self::thrown(fn () => (new \ReflectionMethod($signer, '__construct'))->invoke($signer, 'chameleon', 'other'));
        self::assertSame(['gosquared', self::PLAIN], [$signer->provider, $signer->sign('123456')]);
    }

    /** @return array<string, array{callable(Signer): mixed}> */
    public static function copiesAndChanges(): array
    {
        return [
            'clone' => [fn ($s) => clone $s],
            'serialize' => [fn ($s) => serialize($s)],
            'unserialize' => [fn () => unserialize('O:16:"Personsig\Signer":0:{}')],
            'unserialize with a provider' => [
                fn () => unserialize('O:16:"Personsig\Signer":1:{s:8:"provider";s:1:"x";}'),
            ],
            'newInstanceWithoutConstructor' => [fn ($s) => (new \ReflectionClass($s))->newInstanceWithoutConstructor()],
            'writing the provider' => [fn ($s) => $s->provider = 'chameleon'],
            'a reference to the provider' => [function ($s) { $r = &$s->provider; }],
            'unset' => [function ($s) { unset($s->provider); }],
            'a property of one\'s own' => [fn ($s) => $s->note = 'x'],
            'reflection' => [fn ($s) => (new \ReflectionProperty($s, 'provider'))->setValue($s, 'chameleon')],
            'a bound closure' => [fn ($s) => \Closure::bind(fn () => $this->provider = 'x', $s)()],
        ];
    }

    public function testASignerEqualsItselfAlone(): void
    {
        $signer = new Signer('gosquared', 'one');
        $same = $signer;
        self::assertTrue($signer == $same);
        foreach (['one', 'two'] as $secret) {
            $other = new Signer('gosquared', $secret);
            self::assertFalse($signer == $other);
            self::assertFalse($signer < $other || $signer > $other);
            self::assertNotContains($other, [$signer]);
            self::assertFalse(in_array($other, [$signer]));
        }
        self::assertFalse($signer == null);
    }

    /** @dataProvider copiesAndChanges */
    public function testIsNeitherCopiedNorChanged(callable $attempt): void
    {
        $signer = self::signer();
        self::assertNotNull(self::thrown(fn () => $attempt($signer)));
        self::assertSame(['gosquared', self::PLAIN], [$signer->provider, $signer->sign('123456')]);
    }

    public function testCannotBeExtended(): void
    {
        $output = Php::run(['-r', 'class S extends Personsig\Signer {}']);
        self::assertMatchesRegularExpression('/may not inherit from final class|cannot extend final class/', $output);
    }

    public function testNamedArgumentsAreCamelCase(): void
    {
        $signer = new Signer(fallbackSecrets: ['personsig-test-secret'], secret: 'new', provider: 'chameleon');
        $verified = $signer->verify(
            now: 1596165825, clockSkew: 0, maxAge: 1, signature: self::TIMESTAMPED, userId: '123456',
        );
        self::assertSame([1, 1596165824], [$verified->secretIndex, $verified->signedAt]);
    }

    public function testAnIntIsSignedAsItsDigits(): void
    {
        self::assertSame(self::signer()->sign((string) PHP_INT_MIN), self::signer()->sign(PHP_INT_MIN));
    }

    public function testTheSystemsClockIsReadWhereNowIsNotGiven(): void
    {
        $before = time();
        $signature = self::signer('chameleon')->sign('42');
        $at = self::signer('chameleon')->verify('42', $signature)->signedAt;
        self::assertTrue($before <= $at && $at <= time());
    }

    public function testAReferenceIsItsValue(): void
    {
        $id = '123456';
        $reference = &$id;
        self::assertSame(self::PLAIN, self::signer()->sign($reference));
    }

    public function testAReferenceInAListIsItsValue(): void
    {
        $old = 'personsig-test-secret';
        $fallbacks = [&$old];
        self::assertTrue((new Signer('gosquared', 'new', $fallbacks))->isValid('123456', self::PLAIN));
    }

    public function testArgumentsAreLeftAsTheyWere(): void
    {
        [$id, $fallbacks] = [123456, ['a', 'b']];
        (new Signer('gosquared', 'new', $fallbacks))->sign($id);
        self::assertSame([123456, ['a', 'b']], [$id, $fallbacks]);
    }

    public function testAnIdOfAMegabyteIsSigned(): void
    {
        $id = str_repeat('ä', 500_000);
        self::assertSame(hash_hmac('sha256', $id, 'personsig-test-secret'), self::signer()->sign($id));
    }

    public function testTooFewArgumentsAreThePhpError(): void
    {
        self::assertInstanceOf(\ArgumentCountError::class, self::thrown(fn () => new Signer('gosquared')));
    }

    public function testResultsAreReadonly(): void
    {
        $results = [
            [self::signer()->verify('123456', self::PLAIN), Verified::class, 'secretIndex'],
            [providers()[0], Provider::class, 'name'],
            [self::signer()->explain('123456', self::PLAIN)[0], Finding::class, 'code'],
        ];
        foreach ($results as [$result, $class, $property]) {
            self::assertInstanceOf($class, $result);
            self::assertInstanceOf(\Error::class, self::thrown(fn () => $result->$property = null));
        }
    }

    public function testAPlainSignatureHasNoTime(): void
    {
        self::assertNull(self::signer()->verify('123456', self::PLAIN)->signedAt);
    }

    public function testResultsAreNotMadeByPrograms(): void
    {
        foreach ([Verified::class, Finding::class, Provider::class] as $class) {
            self::assertInstanceOf(\Error::class, self::thrown(fn () => new $class()));
        }
    }

    public function testResultsCanBeShownAsJson(): void
    {
        $json = json_encode(self::signer('chameleon')->verify('123456', self::TIMESTAMPED, now: 1596165824));
        self::assertSame('{"secretIndex":0,"signedAt":1596165824}', $json);
    }

    public function testAnErrorHasTheCallersFileLineAndTrace(): void
    {
        $e = self::thrown(fn () => self::signer()->sign('')); $line = __LINE__;
        self::assertSame([__FILE__, $line], [$e->getFile(), $e->getLine()]);
        self::assertStringContainsString(__FILE__ . "($line): Personsig\\Signer->sign(", $e->getTraceAsString());
    }

    public function testAnErrorHasNoPrevious(): void
    {
        self::assertNull(self::thrown(fn () => self::signer()->sign("\xff"))->getPrevious());
    }

    public function testInputErrorsAreInvalidArguments(): void
    {
        $e = self::thrown(fn () => new Signer('gosquared', 'x', ['y', "z\n"]));
        self::assertInstanceOf(InputException::class, $e);
        self::assertInstanceOf(\InvalidArgumentException::class, $e);
        self::assertInstanceOf(PersonsigException::class, $e);
        self::assertSame(['padded-secret', 1, 0], [$e->reason, $e->index, $e->getCode()]);
    }

    public function testVerificationErrorsAreRuntimeErrors(): void
    {
        $e = self::thrown(fn () => self::signer()->verify('654321', self::PLAIN));
        self::assertInstanceOf(VerificationException::class, $e);
        self::assertInstanceOf(\RuntimeException::class, $e);
        self::assertInstanceOf(PersonsigException::class, $e);
        self::assertSame(['signature-mismatch', null, 0], [$e->reason, $e->index, $e->getCode()]);
    }

    public function testAnErrorsReasonIsReadonly(): void
    {
        $e = self::thrown(fn () => self::signer()->sign(''));
        self::assertInstanceOf(\Error::class, self::thrown(fn () => $e->reason = 'x'));
        self::assertSame('empty-user-id', $e->reason);
    }

    public function testAProgramsOwnErrorCanExtendOurs(): void
    {
        $e = new class ('message') extends VerificationException {};
        self::assertSame(['message', __FILE__], [$e->getMessage(), $e->getFile()]);
    }
}

<?php
// What editors are told is what the extension does.

declare(strict_types=1);

namespace PersonsigTests;

use PHPUnit\Framework\TestCase;

require_once __DIR__ . '/describe.php';
require_once __DIR__ . '/Php.php';

final class StubTest extends TestCase
{
    public function testTheStubDeclaresWhatTheExtensionDeclares(): void
    {
        // In a process without the extension, where the stub is an ordinary program.
        $stub = Php::run([__DIR__ . '/describe.php', __DIR__ . '/../personsig.stub.php'], extension: false);
        self::assertSame(
            json_encode(json_decode($stub), JSON_PRETTY_PRINT),
            json_encode(describe(), JSON_PRETTY_PRINT),
        );
    }

    public function testTheInterfaceDocumentsWhatBothExceptionsHave(): void
    {
        // PHP's interfaces have no properties before 8.4, so that only a comment can say it.
        $comment = file_get_contents(__DIR__ . '/../personsig.stub.php');
        preg_match_all('/@property-read (\S+) \$(\w+)/', $comment, $documented, PREG_SET_ORDER);
        foreach ([\Personsig\InputException::class, \Personsig\VerificationException::class] as $class) {
            $own = array_filter((new \ReflectionClass($class))->getProperties(), fn ($property) => $property->class === $class);
            self::assertSame(
                array_map(fn ($property) => [(string) $property->getType(), $property->name], array_values($own)),
                array_map(fn ($one) => [$one[1], $one[2]], $documented),
            );
        }
    }

    public function testTheExtensionsVersionIsTheConstant(): void
    {
        self::assertSame(\Personsig\VERSION, phpversion('personsig'));
    }

    public function testTheStubsLiteralTypesAreTheProviders(): void
    {
        $names = implode('|', array_map(fn ($provider) => "'$provider->name'", \Personsig\providers()));
        preg_match_all("/'gosquared'[|'a-z0-9-]*/", file_get_contents(__DIR__ . '/../personsig.stub.php'), $types);
        self::assertSame([$names], array_values(array_unique($types[0])));
    }
}

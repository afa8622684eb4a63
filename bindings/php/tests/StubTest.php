<?php
// What editors are told is what the extension does.

declare(strict_types=1);

namespace PersonsigTests;

use PHPUnit\Framework\TestCase;

require_once __DIR__ . '/describe.php';
require_once __DIR__ . '/Php.php';

final class StubTest extends TestCase
{
    private const PROVIDERS = "/'gosquared'[|'a-z0-9-]*/";

    public function testTheStubDeclaresWhatTheExtensionDeclares(): void
    {
        // In a process without the extension, where the stub is an ordinary program.
        $stub = Php::run([__DIR__ . '/describe.php', __DIR__ . '/../personsig.stub.php'], extension: false);
        self::assertSame(
            json_encode(json_decode($stub), JSON_PRETTY_PRINT),
            json_encode(describe(), JSON_PRETTY_PRINT),
        );
    }

    /**
     * Every comment, read by PHPStan's own parser: its tags are understood, its parameters are the method's, and what it
     * says of a type is no other than what PHP says.
     *
     * @dataProvider comments
     */
    public function testPhpstanUnderstands(string $comment, array $parameters): void
    {
        require_once 'PHPStan/PhpDocParser/autoload.php';
        // Its version 2 wants a configuration, first of all.
        $version2 = class_exists(\PHPStan\PhpDocParser\ParserConfig::class);
        $config = $version2 ? [new \PHPStan\PhpDocParser\ParserConfig([])] : [];
        $constants = new \PHPStan\PhpDocParser\Parser\ConstExprParser(...$config);
        $types = new \PHPStan\PhpDocParser\Parser\TypeParser(...$config, ...[$constants]);
        $tokens = (new \PHPStan\PhpDocParser\Lexer\Lexer(...$config))->tokenize($comment);
        $tokens = new \PHPStan\PhpDocParser\Parser\TokenIterator($tokens);
        $parsed = (new \PHPStan\PhpDocParser\Parser\PhpDocParser(...$config, ...[$types, $constants]))->parse($tokens);
        foreach ($parsed->getTags() as $tag) {
            self::assertNotInstanceOf(\PHPStan\PhpDocParser\Ast\PhpDoc\InvalidTagValueNode::class, $tag->value, (string) $tag);
            self::assertNotInstanceOf(\PHPStan\PhpDocParser\Ast\PhpDoc\GenericTagValueNode::class, $tag->value, (string) $tag);
        }
        foreach ($parsed->getParamTagValues() as $tag) {
            $name = ltrim($tag->parameterName, '$');
            self::assertArrayHasKey($name, $parameters);
            $declared = explode('|', preg_replace('/^\?/', 'null|', $parameters[$name]));
            self::assertEqualsCanonicalizing($declared, array_values(array_unique(self::native($tag->type))), $name);
        }
    }

    /** @return list<string> PHP's own types that make up this one of PHPStan's */
    private static function native(\PHPStan\PhpDocParser\Ast\Type\TypeNode $type): array
    {
        return match (basename(strtr($type::class, '\\', '/'))) {
            'UnionTypeNode' => array_merge(...array_map(self::native(...), $type->types)),
            'NullableTypeNode' => ['null', ...self::native($type->type)],
            'ConstTypeNode' => ['string'],
            'GenericTypeNode' => ['array'],
            'IdentifierTypeNode' => [$type->name],
        };
    }

    /** @return iterable<string, array{string, array<string, string>}> */
    public static function comments(): iterable
    {
        $stub = file_get_contents(__DIR__ . '/../personsig.stub.php');
        preg_match_all('~(/\*\*(?:(?!\*/).)*\*/)\s*((?:(?!/\*\*)[^{;])*)~s', $stub, $found, PREG_SET_ORDER);
        foreach ($found as [, $comment, $declaration]) {
            preg_match_all('/([?\w|]+) \$(\w+)/', $declaration, $parameters, PREG_SET_ORDER);
            if (!str_contains($comment, '@')) {
                continue;
            }
            yield trim(strtok($declaration, "\n")) . " $comment" => [$comment, array_column($parameters, 1, 2)];
        }
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
        $stub = __DIR__ . '/../personsig.stub.php';
        if (getenv('UPDATE')) {
            file_put_contents($stub, preg_replace(self::PROVIDERS, $names, file_get_contents($stub)));
        }
        preg_match_all(self::PROVIDERS, file_get_contents($stub), $types);
        self::assertSame([$names], array_values(array_unique($types[0])));
    }
}

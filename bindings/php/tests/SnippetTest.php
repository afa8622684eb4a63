<?php
// What `snippet` and `identity` return to a PHP program, beyond what the vectors say.

declare(strict_types=1);

namespace PersonsigTests;

use PHPUnit\Framework\TestCase;
use Personsig\{Signer, Snippet};

require_once __DIR__ . '/Php.php';

final class SnippetTest extends TestCase
{
    private const LARAVEL = 'namespace { require "' . __DIR__ . '/laravel.php"; } ';
    private const PROGRAM = 'namespace {
        $snippet = (new Personsig\Signer("gosquared", "x"))->snippet(42);
        echo $snippet instanceof Illuminate\Contracts\Support\Htmlable ? "htmlable " : "not htmlable ";
        echo $snippet instanceof Personsig\Snippet && $snippet->toHtml() === "$snippet" ? "whole" : "wrong";
    }';

    private static function snippet(): Snippet
    {
        return (new Signer('gosquared', 'x'))->snippet(42, ['name' => 'Ada']);
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

    public function testIsItsHtml(): void
    {
        $html = "<script>\n_gs(\"identify\",{\"id\":\"42\",\"name\":\"Ada\"});\n"
            . '_gs("auth","' . hash_hmac('sha256', '42', 'x') . "\");\n</script>";
        self::assertSame([$html, $html], [(string) self::snippet(), self::snippet()->toHtml()]);
        self::assertInstanceOf(\Stringable::class, self::snippet());
    }

    /** @return array<string, array{callable(Snippet): mixed}> */
    public static function changes(): array
    {
        return [
            'writing' => [fn ($s) => $s->html = ''],
            'a property of one\'s own' => [fn ($s) => $s->note = 'x'],
            'unset' => [function ($s) { unset($s->html); }],
            'reflection' => [fn ($s) => (new \ReflectionProperty(Snippet::class, 'html'))->setValue($s, 'x')],
            'a second construction' => [fn ($s) => (new \ReflectionMethod($s, '__construct'))->invoke($s)],
            'serialize' => [fn ($s) => serialize($s)],
            'unserialize' => [fn () => unserialize('O:17:"Personsig\Snippet":1:{s:4:"html";s:1:"x";}')],
            'new' => [fn () => new Snippet()],
        ];
    }

    /** @dataProvider changes */
    public function testIsNeitherMadeNorChangedByPrograms(callable $attempt): void
    {
        $snippet = self::snippet();
        $before = (string) $snippet;
        $thrown = self::thrown(fn () => $attempt($snippet));
        self::assertTrue($thrown !== null || (string) $snippet === $before);
        self::assertSame($before, (string) $snippet);
    }

    public function testOneThatSomebodyMadeByForceThrows(): void
    {
        $snippet = (new \ReflectionClass(Snippet::class))->newInstanceWithoutConstructor();
        self::assertInstanceOf(\Error::class, self::thrown(fn () => (string) $snippet));
    }

    public function testASubclassCannotSaySomethingElse(): void
    {
        $program = 'class S extends Personsig\Snippet { function toHtml(): string { return "x"; } }';
        self::assertStringContainsString('Cannot override final method', Php::run(['-r', $program]));
    }

    public function testIsAnHtmlableWhereThatIsDeclared(): void
    {
        self::assertSame('htmlable whole', Php::run(['-r', self::LARAVEL . self::PROGRAM]));
    }

    public function testIsAnHtmlableWhereThatCanBeLoaded(): void
    {
        $loader = 'namespace { spl_autoload_register(function ($class) {
            $class === "Illuminate\Contracts\Support\Htmlable" or exit("asked for $class");
            require "' . __DIR__ . '/laravel.php";
        }); }';
        self::assertSame('htmlable whole', Php::run(['-r', $loader . self::PROGRAM]));
    }

    public function testIsNoHtmlableWhereThereIsNone(): void
    {
        self::assertSame('not htmlable whole', Php::run(['-r', self::PROGRAM]));
    }

    public function testTheSecondHtmlableIsOfTheSameClass(): void
    {
        $program = 'namespace { $s = new Personsig\Signer("gosquared", "x");
            echo get_class($s->snippet(1)) === get_class($s->snippet(2)) ? "same" : "different"; }';
        self::assertSame('same', Php::run(['-r', self::LARAVEL . $program]));
    }

    public function testAnHtmlableIsNotSerialised(): void
    {
        $program = 'namespace { serialize((new Personsig\Signer("gosquared", "x"))->snippet(1)); }';
        $output = Php::run(['-r', self::LARAVEL . $program]);
        self::assertStringContainsString("Serialization of 'Personsig\HtmlableSnippet' is not allowed", $output);
    }

    public function testAForeignClassInThatPlaceIsNotUsed(): void
    {
        $foreign = 'namespace Personsig { class HtmlableSnippet { public function toHtml() { return "foreign"; } } }';
        self::assertSame('not htmlable whole', Php::run(['-r', self::LARAVEL . $foreign . self::PROGRAM]));
    }

    public function testWhatAnAutoloaderThrowsIsThrown(): void
    {
        $loader = 'namespace { spl_autoload_register(fn ($class) => throw new LogicException("from the loader")); }';
        $output = Php::run(['-r', $loader . self::PROGRAM]);
        self::assertStringContainsString('Uncaught LogicException: from the loader', $output);
    }

    public function testWhatAnAutoloaderThrowsBehindTheInterfaceIsThrown(): void
    {
        $loader = 'namespace { spl_autoload_register(function ($class) {
            require "' . __DIR__ . '/laravel.php";
            throw new LogicException("from the loader");
        }); }';
        $output = Php::run(['-r', $loader . self::PROGRAM]);
        self::assertStringContainsString('Uncaught LogicException: from the loader', $output);
    }

    public function testAnAutoloaderMayExit(): void
    {
        $loader = 'namespace { spl_autoload_register(function ($class) { exit("left"); }); }';
        self::assertSame('left', Php::run(['-r', $loader . self::PROGRAM]));
    }

    /** @return array<string, array{list<string>}> */
    public static function servers(): array
    {
        return ['alone' => [[]], 'with opcache' => [['zend_extension=opcache', 'opcache.enable_cli=1']]];
    }

    /**
     * The class goes when its request does: in one process, with and without the framework in turn.
     *
     * @dataProvider servers
     */
    public function testEveryRequestOfAServerDeclaresItAnew(array $settings): void
    {
        if ($settings && str_contains(Php::run(['-r', ''], $settings), 'Failed loading')) {
            self::markTestSkipped('opcache is not installed');
        }
        $answers = Php::serve(__DIR__ . '/htmlable.php', $settings, ['/laravel', '/plain', '/laravel', '/plain', '/laravel']);
        self::assertSame(['htmlable', 'not htmlable', 'htmlable', 'not htmlable', 'htmlable'], $answers);
    }

    public function testAnIdentityIsAnArrayOfTwoStrings(): void
    {
        $expected = ['uid' => '42', 'uid_hash' => hash_hmac('sha256', '42-7', 'x') . '-7'];
        self::assertSame($expected, (new Signer('chameleon', 'x'))->identity(42, now: 7));
    }
}

<?php
// Every vector, a test named by its id, through the adapter that the conformance run starts too.

declare(strict_types=1);

namespace PersonsigTests;

use PHPUnit\Framework\TestCase;
use PersonsigAdapter as Adapter;

require_once __DIR__ . '/../../../tests/adapters/php.php';

final class VectorsTest extends TestCase
{
    public static function vectors(): iterable
    {
        $files = glob(__DIR__ . '/../../../tests/vectors/*.json') ?: throw new \LogicException('there are no vectors');
        foreach ($files as $file) {
            $content = json_decode(file_get_contents($file), flags: JSON_THROW_ON_ERROR);
            if ($content->format !== 1 || $content->count !== count($content->tests)) {
                throw new \LogicException("$file is not whole, or of another format");
            }
            foreach ($content->tests as $case) {
                yield "$content->operation/$case->id" => [$content->operation, $case];
            }
        }
    }

    /** @dataProvider vectors */
    public function test(string $operation, \stdClass $case): void
    {
        if ($missing = array_diff($case->requires ?? [], Adapter\SUPPORTS)) {
            self::markTestSkipped('requires ' . implode(', ', $missing));
        }
        $answer = Adapter\run($operation, self::expand($case->input));
        $expect = json_decode(json_encode($case->expect), true);
        if (!isset($expect['error'])) {
            self::assertSame(['result' => $expect], $answer);
        } else {
            self::assertSame($expect, array_intersect_key($answer, $expect), json_encode($answer));
        }
    }

    /** {"repeat": [text, count]} is a runner's to expand. */
    private static function expand(mixed $value): mixed
    {
        return match (true) {
            is_array($value) => array_map(self::expand(...), $value),
            isset($value->repeat) => str_repeat(...$value->repeat),
            $value instanceof \stdClass => (object) array_map(self::expand(...), (array) $value),
            default => $value,
        };
    }
}

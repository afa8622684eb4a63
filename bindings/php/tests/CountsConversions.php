<?php

namespace PersonsigTests;

/** Has every method that PHP calls to make something else of an object, and none of them may be called. */
final class CountsConversions implements \JsonSerializable, \Serializable
{
    public static int $calls = 0;

    public function __toString(): string
    {
        self::$calls++;
        return 'x';
    }

    public function __get(string $name): mixed
    {
        return self::$calls++;
    }

    public function __call(string $name, array $arguments): mixed
    {
        return self::$calls++;
    }

    public function jsonSerialize(): mixed
    {
        return self::$calls++;
    }

    public function serialize(): string
    {
        return (string) self::$calls++;
    }

    public function unserialize(string $data): void
    {
    }

    public function __serialize(): array
    {
        return [self::$calls++];
    }

    public function __unserialize(array $data): void
    {
    }
}

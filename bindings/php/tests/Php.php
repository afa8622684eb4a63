<?php

declare(strict_types=1);

namespace PersonsigTests;

/** A second PHP, without php.ini, for what one process cannot show of itself. */
final class Php
{
    /**
     * @param list<string> $arguments a program's path or -r and its text, and its arguments
     * @param list<string> $settings as in php.ini
     * @param array<string, string> $environment all that it gets
     */
    public static function run(
        array $arguments,
        array $settings = [],
        array $environment = [],
        bool $extension = true,
    ): string {
        $pipes = [1 => ['pipe', 'w'], 2 => ['redirect', 1]];
        $command = [...self::command($settings, $extension), ...$arguments];
        $process = proc_open($command, $pipes, $streams, null, $environment);
        $output = stream_get_contents($streams[1]);
        $status = proc_close($process);
        return $output . ($status > 1 && $status !== 255 ? "\ndied with status $status" : '');
    }

    /**
     * What PHP's own server answers to these paths, one after another in one process.
     *
     * @param list<string> $settings as in php.ini
     * @param list<string> $paths
     * @return list<string>
     */
    public static function serve(string $program, array $settings, array $paths): array
    {
        // It says on its standard error which port the system gave it.
        $process = proc_open(
            [...self::command($settings, true), '-S', '127.0.0.1:0', $program],
            [1 => ['file', '/dev/null', 'w'], 2 => ['pipe', 'w']],
            $streams,
        );
        try {
            do {
                $line = fgets($streams[2]);
            } while (is_string($line) && !preg_match('~http://127\.0\.0\.1:\d+~', $line, $address));
            $errorsToo = stream_context_create(['http' => ['ignore_errors' => true]]);
            return array_map(fn ($path) => file_get_contents($address[0] . $path, context: $errorsToo), $paths);
        } finally {
            proc_terminate($process);
            proc_close($process);
        }
    }

    private static function command(array $settings, bool $extension): array
    {
        $command = [PHP_BINARY, '-n', '-d', 'display_errors=1', '-d', 'html_errors=0'];
        foreach ([...$settings, ...($extension ? ['extension=' . getenv('PERSONSIG_LIBRARY')] : [])] as $setting) {
            array_push($command, '-d', $setting);
        }
        return $command;
    }
}

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
        $command = [PHP_BINARY, '-n', '-d', 'display_errors=1', '-d', 'html_errors=0'];
        foreach ([...$settings, ...($extension ? ['extension=' . getenv('PERSONSIG_LIBRARY')] : [])] as $setting) {
            array_push($command, '-d', $setting);
        }
        $pipes = [1 => ['pipe', 'w'], 2 => ['redirect', 1]];
        $process = proc_open([...$command, ...$arguments], $pipes, $streams, null, $environment);
        $output = stream_get_contents($streams[1]);
        $status = proc_close($process);
        return $output . ($status > 1 && $status !== 255 ? "\ndied with status $status" : '');
    }
}

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

    /**
     * What one child of PHP-FPM answers to these paths, one after another, and what the master logged.
     *
     * @param list<string> $settings as in php.ini
     * @param list<string> $paths
     * @return array{list<string>, string}
     */
    public static function fpm(string $program, array $settings, array $paths): array
    {
        $folder = sys_get_temp_dir() . '/personsig-fpm-' . getmypid();
        mkdir($folder, 0700);
        $log = "$folder/log";
        file_put_contents($log, '');
        file_put_contents("$folder/conf", "[global]\nerror_log = $log\ndaemonize = no\n[www]\nlisten = $folder/socket\n"
            . "user = root\ngroup = root\npm = static\npm.max_children = 1\ncatch_workers_output = no\n");
        // Where it lies is no part of an ordinary user's path.
        putenv('PATH=' . getenv('PATH') . ':/usr/sbin');
        $command = ['php-fpm' . PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION, '-n'];
        foreach ([...$settings, 'extension=' . getenv('PERSONSIG_LIBRARY')] as $setting) {
            array_push($command, '-d', $setting);
        }
        // It refuses to run as root unless it is told, and cannot become another user unless it is root.
        $asRoot = is_writable('/proc/1/oom_score_adj') ? ['-R'] : [];
        $quiet = [1 => ['file', '/dev/null', 'w'], 2 => ['file', $log, 'a']];
        $process = proc_open([...$command, ...$asRoot, '-y', "$folder/conf"], $quiet, $streams);
        try {
            for ($tries = 0; !file_exists("$folder/socket") && $tries < 500; $tries++) {
                usleep(20_000);
            }
            $answers = array_map(fn ($path) => self::fastCgi("unix://$folder/socket", $program, $path), $paths);
        } finally {
            proc_terminate($process);
            proc_close($process);
            $logged = file_get_contents($log);
            array_map(unlink(...), array_filter([$log, "$folder/conf", "$folder/socket"], file_exists(...)));
            rmdir($folder);
        }
        return [$answers, $logged];
    }

    /** One request (https://fastcgi-archives.github.io/FastCGI_Specification.html): its standard output, without headers. */
    private static function fastCgi(string $address, string $program, string $path): string
    {
        $record = fn (int $type, string $content) => pack('CCnnCx', 1, $type, 1, strlen($content), 0) . $content;
        $parameters = ['SCRIPT_FILENAME' => $program, 'REQUEST_METHOD' => 'GET', 'REQUEST_URI' => $path];
        $pairs = array_map(fn ($name, $value) => pack('CC', strlen($name), strlen($value)) . $name . $value,
            array_keys($parameters), $parameters);
        $socket = stream_socket_client($address);
        fwrite($socket, $record(1, pack('nCx5', 1, 0)) . $record(4, implode($pairs)) . $record(4, '') . $record(5, ''));
        $output = '';
        while (($head = stream_get_contents($socket, 8)) !== false && strlen($head) === 8) {
            ['type' => $type, 'length' => $length, 'padding' => $padding] = unpack('Cversion/Ctype/nid/nlength/Cpadding', $head);
            $content = (string) stream_get_contents($socket, $length + $padding);
            $output .= $type === 6 ? substr($content, 0, $length) : '';
            if ($type === 3) {
                return explode("\r\n\r\n", $output, 2)[1] ?? $output;
            }
        }
        return 'the connection was closed';
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

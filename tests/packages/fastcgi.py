"""As much of FastCGI as a web server needs to ask PHP-FPM one thing."""

import os
import socket
import struct

BEGIN, END, PARAMS, STDIN, STDOUT = 1, 3, 4, 5, 6


def record(kind, content):
    return struct.pack("!BBHHBx", 1, kind, 1, len(content), 0) + content


def ask(path, script, document_root):
    """What the script answers, headers included. The socket is named from its own folder: its path may be long."""
    variables = {"SCRIPT_FILENAME": script, "DOCUMENT_ROOT": document_root, "REQUEST_METHOD": "GET", "SERVER_PROTOCOL": "HTTP/1.1"}
    pairs = b"".join(struct.pack("!BB", len(name), len(value)) + name.encode() + value.encode() for name, value in variables.items())
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(30)
        here = os.getcwd()
        os.chdir(path.parent)
        try:
            connection.connect(path.name)
        finally:
            os.chdir(here)
        request = [record(BEGIN, struct.pack("!HB5x", 1, 0)), record(PARAMS, pairs), record(PARAMS, b""), record(STDIN, b"")]
        connection.sendall(b"".join(request))
        answer, stream = b"", connection.makefile("rb")
        while True:
            _, kind, _, length, padding = struct.unpack("!BBHHBx", stream.read(8))
            content = stream.read(length + padding)[:length]
            if kind == STDOUT:
                answer += content
            if kind == END:
                return answer.decode()

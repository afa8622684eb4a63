"""Load on loopback beside a static upstream: `load.py [SECONDS]`. Prints what the sandbox and a bare proxy of the same hyper reach,
and from start to the first connection how long each takes (bound: 0.1 s).

The three run in turns of two seconds, so that whatever else the machine does falls on each alike. `make test-sandbox` runs it for a
few seconds and asks for no more than that nothing fails; the whole run takes 30 seconds a proxy.
"""

import asyncio
import contextlib
import pathlib
import re
import socket
import subprocess
import sys
import time

from conftest import PROGRAM

BARE = PROGRAM.parent / "examples/bare_proxy"
PAGE = b"<!DOCTYPE html><title>A page</title>" + b"<p>Some text of an ordinary page.</p>\n" * 250
SCRIPT = b"<script>d.src='//d1l6p2sc9645hc.cloudfront.net/tracker.js'</script>"
KINDS = {"image": (b"image/png", bytes(10_000)), "page": (b"text/html", PAGE + SCRIPT)}
CONNECTIONS = 16


class Upstream(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.buffer = transport, b""

    def data_received(self, data):
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
            kind, body = KINDS["page" if head.startswith(b"GET /page") else "image"]
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n" % (kind, len(body)) + body)


async def one(port, path, until, done):
    """Requests on one connection, one after the other; each answer is read whole."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = f"GET /{path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    while time.monotonic() < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = re.search(rb"(?i)content-length: (\d+)", head)
        if length:
            await reader.readexactly(int(length[1]))
        else:
            while size := int(await reader.readline(), 16):
                await reader.readexactly(size + 2)
            await reader.readline()
        done[0] += 1
    writer.close()


def free():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


async def listening(port):
    for _ in range(10_000):
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            return writer.close()
        await asyncio.sleep(0.001)
    raise TimeoutError(port)


async def started(running, name, port, command):
    """A process that takes connections, and is ended with the others."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    running.callback(process.terminate)
    await listening(port)
    print(f"{name}: {time.monotonic() - began:.3f} s to the first connection")
    return process


def memory(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


async def main(seconds):
    loop = asyncio.get_running_loop()
    upstream = await loop.create_server(Upstream, "127.0.0.1", 0)
    port = upstream.sockets[0].getsockname()[1]
    bare_port, own_port = free(), free()
    command = [PROGRAM, "--app", f"http://127.0.0.1:{port}", "--listen", f"127.0.0.1:{own_port}"]
    with contextlib.ExitStack() as running:
        await started(running, "bare", bare_port, [BARE, f"127.0.0.1:{bare_port}", f"127.0.0.1:{port}"])
        own = await started(running, "sandbox", own_port, command)
        for path in KINDS:
            rates, sizes = {"bare": 0, "sandbox": 0}, []
            turns = max(1, seconds // 2)
            for _ in range(turns):
                for name, at in (("bare", bare_port), ("sandbox", own_port)):
                    done, until = [0], time.monotonic() + 2
                    await asyncio.gather(*(one(at, path, until, done) for _ in range(CONNECTIONS)))
                    rates[name] += done[0] / 2 / turns
                sizes.append(memory(own))
            share = rates["sandbox"] / rates["bare"]
            print(
                f"{path}: bare {rates['bare']:.0f}/s, sandbox {rates['sandbox']:.0f}/s, {share:.2f} of it; "
                f"memory {sizes[0]:.1f} MB after the first turn, {max(sizes):.1f} at most, {sizes[-1]:.1f} at the end"
            )
            assert sizes[-1] < sizes[0] + 20, "memory grows"


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 30))

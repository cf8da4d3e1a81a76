"""A sink that reads requests and answers 202: `python sink.py [DELAY]`, in seconds; prints its port."""

import asyncio
import sys

DELAY = float(sys.argv[1]) if len(sys.argv) > 1 else 0.0


class Sink(asyncio.Protocol):
    """Reads heads and skips bodies: as little as a provider can possibly do."""

    count = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._missing = 0
        self._head = b""

    def data_received(self, data: bytes) -> None:
        while data:
            if self._missing:
                skipped = min(self._missing, len(data))
                self._missing -= skipped
                data = data[skipped:]
                if not self._missing:
                    self._done()
                continue
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            head, data, self._head = self._head[:end].lower() + b"\r\n", self._head[end + 4 :], b""
            place = head.find(b"content-length:")
            self._missing = int(head[place + 15 : head.find(b"\r", place)]) if place >= 0 else 0
            if not self._missing:
                self._done()

    def _done(self) -> None:
        if DELAY:
            asyncio.get_running_loop().call_later(DELAY, self._answer)
        else:
            self._answer()

    def _answer(self) -> None:
        Sink.count += 1
        answer = b"HTTP/1.1 202 Accepted\r\nX-Message-Id: m%d\r\nContent-Length: 0\r\n\r\n" % Sink.count
        self._transport.write(answer)


async def main() -> None:
    """Serve until killed."""
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())

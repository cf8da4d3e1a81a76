"""Starting the provider: in a thread of the test, or in a process of its own."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from provider.events import Telling
from provider.ledger import Ledger
from provider.server import Behaviour, Seen, Server, open_server


class Provider:
    """A running server.

    Attributes:
        url: What stands in `sendgrid.host`.
    """

    def __init__(self, server: Server, loop: asyncio.AbstractEventLoop, port: int) -> None:
        self._server = server
        self._loop = loop
        self.url = f"{'https' if server.behaviour.tls else 'http'}://127.0.0.1:{port}"

    @property
    def ledger(self) -> Ledger:
        return self._server.ledger

    @property
    def seen(self) -> list[Seen]:
        """What arrived so far; with `Behaviour(keep=True)`."""
        return list(self._server.seen)

    @property
    def connections(self) -> int:
        return self._server.connections

    @property
    def sockets(self) -> list[Any]:
        """Those of the connections that are open."""
        return [transport.get_extra_info("socket") for transport in self._server.open]

    def meet(self, *faults: str) -> None:
        """Let the next requests meet these faults."""
        self._server.behaviour.script.add(*faults)

    def drain(self) -> None:
        """Wait until every event is told."""
        asyncio.run_coroutine_threadsafe(self._server.teller.drain(), self._loop).result(60)


@contextlib.contextmanager
def in_thread(ledger: Path, behaviour: Behaviour | None = None) -> Iterator[Provider]:
    """Run it in a thread of this process."""
    loop = asyncio.new_event_loop()

    async def begin() -> Provider:
        server = open_server(ledger, behaviour or Behaviour())
        return Provider(server, loop, await server.start())

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    provider = asyncio.run_coroutine_threadsafe(begin(), loop).result(10)
    try:
        yield provider
    finally:
        asyncio.run_coroutine_threadsafe(_end(provider), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
        provider.ledger.close()


async def _end(provider: Provider) -> None:
    await provider._server.stop()
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for transport in list(provider._server.open):
        transport.abort()
    await asyncio.sleep(0)


@contextlib.contextmanager
def in_process(
    ledger: Path,
    *,
    first: tuple[str, ...] = (),
    chances: Mapping[str, float] | None = None,
    telling: Telling | None = None,
    latency: float = 0.0,
    seed: int = 0,
    quiet_after: float = 1e9,
) -> Iterator[str]:
    """Run it in a process of its own, as `python -m provider`; gives its url. The ledger stays readable afterwards."""
    options: dict[str, Any] = {
        "ledger": str(ledger),
        "script": {"first": list(first), "chances": dict(chances or {}), "seed": seed, "quiet_after": quiet_after},
        "telling": asdict(telling or Telling()),
        "latency": latency,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "provider", json.dumps(options)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])},
    )
    assert process.stdout is not None
    with process.stdout:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
            process.wait(10)

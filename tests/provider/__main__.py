"""`python -m provider '{"ledger": FILE, "script": {}, "telling": {}, "latency": 0}'`: prints its url, then serves."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from provider.events import Telling
from provider.faults import Script
from provider.server import Behaviour, open_server


async def serve(options: dict[str, Any]) -> None:
    behaviour = Behaviour(
        script=Script(**options.get("script", {})),
        telling=Telling(**options.get("telling", {})),
        latency=options.get("latency", 0.0),
    )
    server = open_server(Path(options["ledger"]), behaviour)
    port = await server.start(options.get("port", 0))
    print(f"http://127.0.0.1:{port}", flush=True)  # noqa: T201
    await asyncio.Event().wait()


asyncio.run(serve(json.loads(sys.argv[1])))

"""Serves the preview in the foreground."""

import socket

from fastapi import FastAPI

from digest.http.server import Server

_GRACE_SECONDS = 2


def serve(app: FastAPI, listening: socket.socket) -> None:
    """Serve on a socket from `digest.http.server.listen` until Ctrl-C or SIGTERM, then release open pages at once."""
    Server(app, grace=_GRACE_SECONDS, on_stop=app.state.close).serve_on(listening)

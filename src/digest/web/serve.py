"""Serves the site in the foreground."""

import socket

from digest.http.server import Server
from digest.web.app import create_site
from digest.web.site import Site

_GRACE_SECONDS = 10


def serve(site: Site, listening: socket.socket) -> None:
    """Serve on a socket from `digest.http.server.listen` until Ctrl-C or SIGTERM, then finish open requests."""
    Server(create_site(site), grace=_GRACE_SECONDS).serve_on(listening)

"""`digest preview`, `serve`, `scheduler`."""

import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.options import CONFIG, AnyMonth, Config
from digest.cli.terminal.logs import start_log
from digest.cli.terminal.output import note

if TYPE_CHECKING:
    from digest.bootstrap import Digest

Port = Annotated[int, typer.Option("--port", min=1, max=65535)]


def register(app: typer.Typer) -> None:
    """Add this family's commands to *app*."""
    app.command()(preview)
    app.command()(serve)
    app.command()(scheduler)


def preview(
    month: AnyMonth = None,
    port: Port = 8001,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open a browser.")] = False,
    config: Config = CONFIG,
) -> None:
    """Show every edition of a month on this machine; reloads when a file is saved."""
    from digest.bootstrap import open_digest
    from digest.bootstrap.sites import run_preview

    start_log()
    run_preview(open_digest(config), month, port, open_browser=not no_open)


def serve(
    host: Annotated[str, typer.Option("--host", help="0.0.0.0 to be reached from other machines.")] = "127.0.0.1",
    port: Port = 8000,
    no_scheduler: Annotated[
        bool, typer.Option("--no-scheduler", help="Calendar, notifications and retention run elsewhere.")
    ] = False,
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Workers run elsewhere.")] = False,
    config: Config = CONFIG,
) -> None:
    """Serve the public site, with the calendar, the notifications, the daily clean-up and a worker inside."""
    from digest.bootstrap import open_digest
    from digest.bootstrap.sites import run_site

    start_log()
    digest = open_digest(config)
    with ExitStack() as services:
        if not no_scheduler:
            services.enter_context(_calendar(digest))
        if not no_worker:
            services.enter_context(_worker(digest))
        run_site(digest, host, port)


@contextmanager
def _calendar(digest: "Digest") -> Iterator[None]:
    from digest.bootstrap.scheduler import background, jobs

    alarm = background(jobs(digest.calendar, digest.courier, digest.retention, hands_over=False))
    alarm.start()
    try:
        yield
    finally:
        alarm.shutdown(wait=True)


@contextmanager
def _worker(digest: "Digest") -> Iterator[None]:
    from digest.pipeline.campaign.worker_loop import run_forever

    stop = threading.Event()
    thread = threading.Thread(target=run_forever, args=[digest.database, digest.sending, stop], name="worker")
    thread.start()
    try:
        yield
    finally:
        stop.set()  # what is under way is finished first
        thread.join()


def scheduler(config: Config = CONFIG) -> None:
    """Run the calendar, the notifications and the daily clean-up, handing over included; any number may run."""
    from digest.bootstrap import open_digest

    start_log()
    run_scheduler(open_digest(config))


def run_scheduler(digest: "Digest") -> None:
    """Run the calendar until SIGTERM or Ctrl-C; what is in hand is finished first."""
    from digest.bootstrap.scheduler import foreground, jobs

    alarm = foreground(jobs(digest.calendar, digest.courier, digest.retention))
    signal.signal(signal.SIGTERM, lambda *_: _interrupt())
    note("the calendar runs; stop it with Ctrl-C")
    try:
        alarm.start()
    except KeyboardInterrupt:
        digest.calendar.stop.set()
        alarm.shutdown(wait=True)


def _interrupt() -> None:
    raise KeyboardInterrupt

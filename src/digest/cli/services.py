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
from digest.cli.terminal.usage import port as port_of

if TYPE_CHECKING:
    from digest.bootstrap import Digest

Port = Annotated[int, typer.Option("--port", parser=port_of, metavar="PORT", help="The port to listen on.")]


def register(app: typer.Typer) -> None:
    """Add this family's commands to *app*."""
    app.command()(preview)
    app.command()(serve)
    app.command()(scheduler)


def preview(
    month: AnyMonth = None,
    port: Port = 8001,
    no_open: Annotated[bool, typer.Option("--no-open", help="Skip opening a browser.")] = False,
    config: Config = CONFIG,
) -> None:
    """Preview every edition of a month in a browser.

    The page reloads when you save a file. It is served on this machine only."""
    from digest.bootstrap import open_digest
    from digest.bootstrap.sites import run_preview

    start_log()
    run_preview(open_digest(config), month, port, open_browser=not no_open)


def serve(
    host: Annotated[
        str, typer.Option("--host", metavar="HOST", help="Use 0.0.0.0 to accept connections from other machines.")
    ] = "127.0.0.1",
    port: Port = 8000,
    no_scheduler: Annotated[
        bool,
        typer.Option(
            "--no-scheduler", help="Skip the calendar, notifications and clean-up: `digest scheduler` runs them."
        ),
    ] = False,
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Skip handing over: `digest worker` does it.")] = False,
    config: Config = CONFIG,
) -> None:
    """Serve the public site and run all background jobs.

    The background jobs are the calendar, notifications, the daily clean-up and a worker."""
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
        stop.set()  # it finishes its current requests first
        thread.join()


def scheduler(config: Config = CONFIG) -> None:
    """Run the calendar, notifications and daily clean-up.

    It also hands over campaigns that have begun. Any number of schedulers may run at once."""
    from digest.bootstrap import open_digest

    start_log()
    run_scheduler(open_digest(config))


def run_scheduler(digest: "Digest") -> None:
    """Run the calendar until SIGTERM or Ctrl-C; finish the current work first."""
    from digest.bootstrap.scheduler import foreground, jobs

    alarm = foreground(jobs(digest.calendar, digest.courier, digest.retention))
    signal.signal(signal.SIGTERM, lambda *_: _interrupt())
    note("the calendar is running; press Ctrl-C to stop it")
    try:
        alarm.start()
    except KeyboardInterrupt:
        digest.calendar.stop.set()
        alarm.shutdown(wait=True)


def _interrupt() -> None:
    raise KeyboardInterrupt

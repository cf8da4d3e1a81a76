"""The command line: one module a command family; each command parses, calls, prints and sets the exit code.

Commands import what they use when they run, so that `digest --help` is quick.
"""

import sys
from typing import Annotated

import typer

from digest.cli import articles, issue, project, sending, services, subscribers, suppressions
from digest.cli.options import Exit
from digest.errors import ConfigError, DigestError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


_INTERRUPTED = frozenset({130, 143})  # as a shell says it of a process that SIGINT or SIGTERM ended

project.register(app)
articles.register(app)
issue.register(app)
sending.register(app)
subscribers.register(app)
suppressions.register(app)
services.register(app)


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"digest {version('digest')}")
        raise typer.Exit


@app.callback()
def root(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """One issue a month: each reader gets the articles on their topics, once."""


def main() -> None:
    """Run the command line; an error that is somebody's to mend is one line on stderr, without a traceback."""
    try:
        app()
    except ConfigError as error:
        print(f"digest: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(Exit.USAGE)
    except DigestError as error:
        print(f"digest: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(Exit.REFUSED)
    except SystemExit as end:
        if end.code in _INTERRUPTED:
            print("digest: interrupted: run the same command again", file=sys.stderr)  # noqa: T201
        raise
    except (MemoryError, RuntimeError) as error:
        if not _is_at_a_limit(error):
            raise
        remedy = "raise the limits of processes and memory (ulimit -u, -v)"
        print(f"digest: {str(error) or 'out of memory'}: {remedy}", file=sys.stderr)  # noqa: T201
        sys.exit(Exit.REFUSED)
    except BrokenPipeError:
        sys.stderr.close()  # the reader has gone, as `| head` does
        sys.exit(Exit.REFUSED)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        remedy = "check the path, its permissions and the free space"
        print(f"digest: {where}{error.strerror or error}: {remedy}", file=sys.stderr)  # noqa: T201
        sys.exit(Exit.REFUSED)


def _is_at_a_limit(error: BaseException) -> bool:
    """Whether the machine refused memory or a thread."""
    return isinstance(error, MemoryError) or "can't start new thread" in str(error)

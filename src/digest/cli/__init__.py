"""The command line: one module a command family; each command parses its arguments, calls
the pipeline, prints the result and sets the exit code.

Commands import what they use when they run, so that `digest --help` is quick.
"""

import sys
from typing import Annotated

import typer

from digest.cli import archive, articles, issue, project, publishing, sending, services, subscribers, suppressions
from digest.cli.options import Exit
from digest.cli.terminal.program import Program, Workflows
from digest.errors import ConfigError, DigestError

app = Program(cls=Workflows)

_INTERRUPTED = frozenset({130, 143})  # a shell reports these for a process that SIGINT or SIGTERM ended

project.register(app)
articles.register(app)
issue.register(app)
archive.register(app)
publishing.register(app)
sending.register(app)
subscribers.register(app)
suppressions.register(app)
services.register(app)


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        from importlib.metadata import version

        typer.echo(f"digest {version('digest')}")
        raise typer.Exit


@app.callback()
def root(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Send one issue a month: each reader gets the articles on their topics, once."""


def main() -> None:
    """Run the command line; print an error that a person can fix as one line on stderr, without a traceback."""
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
            print("digest: interrupted: run the same command again to continue", file=sys.stderr)  # noqa: T201
        raise
    except (MemoryError, RuntimeError) as error:
        if not _is_at_a_limit(error):
            raise
        remedy = "raise the process and memory limits (ulimit -u, -v)"
        print(f"digest: {str(error) or 'out of memory'}: {remedy}", file=sys.stderr)  # noqa: T201
        sys.exit(Exit.REFUSED)
    except BrokenPipeError:
        sys.stderr.close()  # the reading end is closed, as with `| head`
        sys.exit(Exit.REFUSED)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        remedy = "check the path, its permissions and the free space"
        print(f"digest: {where}{error.strerror or error}: {remedy}", file=sys.stderr)  # noqa: T201
        sys.exit(Exit.REFUSED)


def _is_at_a_limit(error: BaseException) -> bool:
    """Whether the machine refused memory or a thread."""
    return isinstance(error, MemoryError) or "can't start new thread" in str(error)

"""The command line: one module a command family; each command parses, calls, prints and sets the exit code.

Commands import what they use when they run, so that `digest --help` is quick.
"""

import sys
from enum import IntEnum

import typer

from digest.cli import articles, issue, project, sending, services, subscribers, suppressions_pull
from digest.errors import ConfigError, DigestError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="One issue a month: each reader gets the articles on their topics, once.",
)


class Exit(IntEnum):
    """What a command's exit code means."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    UNFINISHED = 3


project.register(app)
articles.register(app)
issue.register(app)
sending.register(app)
subscribers.register(app)
suppressions_pull.register(app)
services.register(app)


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
    except BrokenPipeError:
        sys.stderr.close()  # the reader has gone, as `| head` does
        sys.exit(Exit.REFUSED)

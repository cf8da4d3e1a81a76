"""Confirmation before something that can't be undone."""

import sys

import typer

from digest.cli.options import Exit
from digest.cli.terminal.output import note


def confirm(question: str) -> None:
    """Continue only if the person confirms; without a terminal, end the command with exit code 2."""
    if not sys.stdin.isatty():
        note(f"no terminal for confirmation ({question}): add --yes")
        raise typer.Exit(Exit.USAGE)
    typer.confirm(question, abort=True, err=True)

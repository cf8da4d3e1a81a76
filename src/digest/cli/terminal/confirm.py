"""Asking before something that can't be taken back."""

import sys

import typer

from digest.cli.options import Exit
from digest.cli.terminal.output import note


def ask(question: str) -> None:
    """Go on only if a person says yes; without a terminal the command ends with exit code 2."""
    if not sys.stdin.isatty():
        note(f"there is no terminal to ask on ({question}): add --yes")
        raise typer.Exit(Exit.USAGE)
    typer.confirm(question, abort=True, err=True)

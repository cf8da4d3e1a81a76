"""Printing: JSON for scripts, plain lines and tables for people."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import typer


def print_json(value: Any) -> None:
    """Print *value* as one JSON document."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_json_array(items: Iterable[Any]) -> None:
    """Print *items* as one JSON array, without holding them all."""
    separator = "["
    for item in items:
        typer.echo(f"{separator}\n  {json.dumps(item, ensure_ascii=False)}", nl=False)
        separator = ","
    typer.echo("\n]" if separator == "," else "[]")


def print_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under their heads, in columns as wide as their content."""
    lines = [tuple(head), *(tuple(str(cell) for cell in row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def note(text: str) -> None:
    """Print a message for people on stderr, so that stdout stays clean for scripts."""
    typer.echo(text, err=True)


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Show the progress of *what*: a bar on a terminal, elsewhere a plain line now and then.

    Gives a function to call with the number of further items done.
    """
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(what, total=total)
            yield lambda more: bar.advance(task, more)
    else:
        yield _plain(what, total)


def _plain(what: str, total: int | None) -> Callable[[int], None]:
    done, reported = 0, 0

    def advance(more: int) -> None:
        nonlocal done, reported
        done += more
        if done == total or done - reported >= max((total or 0) // 10, 1000):
            reported = done
            note(f"{what}: {done}" + (f" of {total}" if total else ""))

    return advance

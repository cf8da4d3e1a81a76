"""Options and arguments that several commands take."""

import datetime as dt
from enum import IntEnum
from pathlib import Path
from typing import Annotated

import typer

from digest.errors import InvalidAddress
from digest.months import Month


class Exit(IntEnum):
    """What a command's exit code means."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    UNFINISHED = 3


Config = Annotated[
    Path, typer.Option("--config", envvar="DIGEST_CONFIG", metavar="FILE", help="The configuration file to use.")
]
CONFIG = Path("config.yaml")

Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="An e-mail address.")]

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]

OneMonth = Annotated[
    Month, typer.Argument(parser=Month.parse, metavar="MONTH", help="The month of the issue, such as 2026-11.")
]
AnyMonth = Annotated[
    Month | None, typer.Argument(parser=Month.parse, metavar="MONTH", help="One month; defaults to every month.")
]

Withdraw = Annotated[
    list[str] | None,
    typer.Option("--withdraw", metavar="SLUG", help="Withdraw an article that was published; repeatable."),
]
Reason = Annotated[
    list[str] | None,
    typer.Option("--reason", metavar="TEXT", help="The reason readers see. For one language: fr:TEXT."),
]


def parsed_address(text: str) -> str:
    """Read an address that can be mailed.

    Raises:
        typer.BadParameter: *text* is not an address.
    """
    from digest.subscribers.address import parse_address

    try:
        return parse_address(text)
    except InvalidAddress as error:
        raise typer.BadParameter(str(error)) from error


def parsed_date(text: str) -> dt.date:
    """Read a date.

    Raises:
        ValueError: *text* is not a date.
    """
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  a date has no zone
    except ValueError:
        raise ValueError(f"{text!r} is not a date: write it as YYYY-MM-DD, such as 2026-11-03") from None

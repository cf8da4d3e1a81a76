"""Options and arguments that several commands take."""

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
    Path, typer.Option("--config", envvar="DIGEST_CONFIG", metavar="FILE", help="The configuration to use.")
]
CONFIG = Path("config.yaml")

Address = Annotated[str, typer.Argument(metavar="ADDRESS")]

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]

OneMonth = Annotated[Month, typer.Argument(parser=Month.parse, metavar="MONTH", help="The issue's month: 2026-11.")]
AnyMonth = Annotated[
    Month | None, typer.Argument(parser=Month.parse, metavar="[MONTH]", help="One month; every month if left out.")
]


def parsed_address(text: str) -> str:
    """The address that *text* holds, as it can be mailed.

    Raises:
        typer.BadParameter: It is none.
    """
    from digest.subscribers.address import parse_address

    try:
        return parse_address(text)
    except InvalidAddress as error:
        raise typer.BadParameter(str(error)) from error

"""Options and arguments that several commands take."""

from pathlib import Path
from typing import Annotated

import typer

from digest.months import Month

Config = Annotated[
    Path, typer.Option("--config", envvar="DIGEST_CONFIG", metavar="FILE", help="The configuration to use.")
]
CONFIG = Path("config.yaml")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]

OneMonth = Annotated[Month, typer.Argument(parser=Month.parse, metavar="MONTH", help="The issue's month: 2026-11.")]
AnyMonth = Annotated[
    Month | None, typer.Argument(parser=Month.parse, metavar="[MONTH]", help="One month; every month if left out.")
]

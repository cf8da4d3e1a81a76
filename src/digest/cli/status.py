"""`digest status`."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.options import CONFIG, AnyMonth, Config, Json
from digest.cli.status_view import as_document, show, state_word, watch, why
from digest.cli.terminal.output import note, print_json, print_json_array, print_table
from digest.cli.terminal.usage import one_of

if TYPE_CHECKING:
    from digest.bootstrap import Digest
    from digest.months import Month
    from digest.pipeline.campaign.status import Status


def status(
    month: AnyMonth = None,
    who: Annotated[
        str | None,
        typer.Option(
            "--who",
            parser=one_of("rejected", "in-doubt", "waiting"),
            metavar="STATE",
            help="List addresses in this state, with the reason: rejected, in-doubt or waiting.",
        ),
    ] = None,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Show the state of a month, or of every month.

    On a terminal, the view is live while the month is sent."""
    from digest.bootstrap import open_digest
    from digest.pipeline.campaign.status import every_status
    from digest.pipeline.campaign.status import status as status_of

    digest = open_digest(config)
    if who is not None:
        if month is None:
            raise typer.BadParameter("--who needs a month: run `digest status MONTH --who STATE`")
        _show_people(digest, month, who, as_json=as_json)
        return
    if month is not None:
        if sys.stdout.isatty() and not as_json:
            watch(lambda: status_of(digest.database, month, digest.outlook))
        else:
            show(status_of(digest.database, month, digest.outlook), as_json=as_json, from_outside=True)
    else:
        _show_months(every_status(digest.database, digest.library.months(), digest.outlook), as_json=as_json)
    _show_notifications(digest)


def _show_people(digest: "Digest", month: "Month", who: str, *, as_json: bool) -> None:
    from digest.pipeline.campaign.status import Who, people_of
    from digest.rendering.words import one_line

    people = people_of(digest.database, month, Who(who))
    if as_json:
        print_json_array(one._asdict() for one in people)
        return
    for one in people:
        typer.echo(f"{one.address or '(erased)'}  {one_line(one.reason or '')}".rstrip())


def _show_months(months: "tuple[Status, ...]", *, as_json: bool) -> None:
    if as_json:
        print_json([as_document(one, from_outside=True) for one in months])
        return
    parts = ("planned", "waiting", "accepted", "in doubt", "rejected", "skipped")
    rows = [
        (s.month, state_word(s), b.planned, b.waiting, b.accepted, b.in_doubt, b.rejected, b.skipped, why(s))
        for s in months
        for b in (s.balance,)
    ]
    print_table(("month", "state", *parts, "reason"), rows)


def _show_notifications(digest: "Digest") -> None:
    """Report notifications that are pending or were given up, on stderr; nothing if there are none."""
    from digest.pipeline.campaign.status import notification_status
    from digest.rendering.words import one_line

    queue = notification_status(digest.database)
    if queue.waiting:
        note(f"notifications pending: {queue.waiting} (`digest serve` or `digest scheduler` sends them)")
    for number, kind, detail in queue.failed:
        note(f"notification {number} ({kind}) was given up: {one_line(detail)}")

"""`digest send`, `status`."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli.options import CONFIG, AnyMonth, Config, Exit, Json, OneMonth
from digest.cli.output import note, print_json, print_table, progress

if TYPE_CHECKING:
    from digest.bootstrap import Digest
    from digest.months import Month
    from digest.pipeline.status import Status
    from digest.storage.campaigns import Audience


def register(app: typer.Typer) -> None:
    """Add this family's commands to *app*."""
    app.command()(send)
    app.command()(status)


def send(
    month: OneMonth,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show who would get which edition.")] = False,
    plan_only: Annotated[bool, typer.Option("--plan-only", help="Freeze the audience, hand nothing over.")] = False,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Send an approved issue; again: goes on with the same campaign, and changes nothing once it is sent."""
    from digest.bootstrap import open_digest
    from digest.pipeline.send import audience, plan, work
    from digest.pipeline.status import status as status_of

    digest = open_digest(config)
    if dry_run:
        _show_audience(audience(digest.database, digest.workshop, month, digest.sending), as_json=as_json)
        return
    before = status_of(digest.database, month)
    if not yes and not before.balance.planned:
        _ask(audience(digest.database, digest.workshop, month, digest.sending), month)
    campaign = plan(digest.database, digest.workshop, month, digest.sending)
    if not plan_only:
        waiting = status_of(digest.database, month).balance.open
        with progress(f"sending {month}", waiting or None) as advance:
            work(digest.database, campaign.month, digest.sending, advance)
    now = status_of(digest.database, month)
    _show(now, as_json=as_json)
    if now == before:
        note(f"{month} was {now.state} before: nothing was changed")
    elif now.state == "sent":
        note(f"every mail: {digest.outbox(month) / 'index.html'}")
    if not plan_only and (now.state == "held" or now.balance.open):
        raise typer.Exit(Exit.UNFINISHED)


def status(month: AnyMonth = None, config: Config = CONFIG, as_json: Json = False) -> None:
    """Show how a month stands; every month if none is named."""
    from digest.bootstrap import open_digest
    from digest.pipeline.status import every_status
    from digest.pipeline.status import status as status_of

    digest = open_digest(config)
    if month is not None:
        _show(status_of(digest.database, month), as_json=as_json)
        _show_notifications(digest)
        return
    months = every_status(digest.database, digest.library.months())
    if as_json:
        print_json([_json(one) for one in months])
    else:
        head = ("month", "state", "planned", "accepted", "skipped", "reason")
        rows = [
            (s.month, s.state, s.balance.planned, s.balance.accepted, s.balance.skipped, s.reason or "") for s in months
        ]
        print_table(head, rows)
    _show_notifications(digest)


def _show_notifications(digest: "Digest") -> None:
    """Tell on stderr of mails beside the issue that wait or were given up; silence means that all is well."""
    from digest.pipeline.status import notification_status

    queue = notification_status(digest.database)
    if queue.waiting:
        note(f"notifications waiting: {queue.waiting} (`digest serve` or `digest scheduler` hands them over)")
    for number, kind, why in queue.failed:
        note(f"notification {number} ({kind}) was given up: {why}")


def _ask(audience: "Audience", month: "Month") -> None:
    if not sys.stdin.isatty():
        raise typer.BadParameter("there is no terminal to ask on: add --yes")
    for edition, count in audience.editions.items():
        note(f"{edition}  {count}")
    typer.confirm(f"Send {month} to {sum(audience.editions.values())} subscribers?", abort=True, err=True)


def _show_audience(audience: "Audience", *, as_json: bool) -> None:
    editions = {str(key): count for key, count in audience.editions.items()}
    skipped = {reason.value: count for reason, count in audience.skipped.items()}
    if as_json:
        print_json({"editions": editions, "skipped": skipped})
        return
    rows = [*editions.items(), *((f"skipped: {reason}", count) for reason, count in skipped.items())]
    print_table(("edition", "subscribers"), rows)
    typer.echo(f"{sum(editions.values())} to be handed over, {sum(skipped.values())} skipped")


def _json(now: "Status") -> dict[str, Any]:
    balance = now.balance
    return {
        "month": str(now.month),
        "state": now.state,
        "reason": now.reason,
        "balance": {
            "planned": balance.planned,
            "waiting": balance.waiting,
            "sending": balance.sending,
            "accepted": balance.accepted,
            "in_doubt": balance.in_doubt,
            "rejected": balance.rejected,
            "skipped": balance.skipped,
        },
        "skipped": dict(balance.skipped_because),
        "outcomes": now.outcomes,
        "duplicates": 0,  # a file is written under its delivery's name: it can't be there twice
    }


def _show(now: "Status", *, as_json: bool) -> None:
    if as_json:
        print_json(_json(now))
        return
    typer.echo(f"{now.month}  {now.state}" + (f": {now.reason}" if now.reason else ""))
    balance = now.balance
    if balance.planned:
        parts = ("waiting", "sending", "accepted", "in_doubt", "rejected", "skipped")
        summands = [f"{getattr(balance, part)} {part.replace('_', ' ')}" for part in parts]
        typer.echo(f"planned {balance.planned} = {' + '.join(summands)}")
    for reason, count in sorted(balance.skipped_because.items()):
        typer.echo(f"  skipped, {reason.replace('_', ' ')}: {count}")
    if now.state == "held" or balance.open:
        note(f"not finished: run `digest send {now.month}` to go on")

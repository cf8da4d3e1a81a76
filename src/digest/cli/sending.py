"""`digest send`, `status`, `hold`, `resume`, `cancel`, `settle`, `worker`."""

import datetime as dt
import gc
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.hints import WORKER_CONTINUES
from digest.cli.options import CONFIG, Config, Exit, Json, OneMonth
from digest.cli.status import status
from digest.cli.status_view import counted, show
from digest.cli.terminal.confirm import confirm
from digest.cli.terminal.output import note, print_json, print_table, progress
from digest.cli.terminal.times import zoned, zoned_clock
from digest.errors import Conflict, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from digest.bootstrap import Digest
    from digest.months import Month
    from digest.pipeline.campaign.status import Status
    from digest.storage.outbox.campaigns import Audience, Campaign

Yes = Annotated[bool, typer.Option("--yes", help="Skip the confirmation.")]


def register(app: typer.Typer) -> None:
    """Add this family's commands to *app*."""
    for command in (send, hold, resume, cancel, status, settle, worker):
        app.command()(command)


def send(
    month: OneMonth,
    yes: Yes = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show how many people would get which edition, and stop.")
    ] = False,
    published: Annotated[
        bool, typer.Option("--published", help="Mail a month that is on the web already; --yes needs it.")
    ] = False,
    plan_only: Annotated[
        bool, typer.Option("--plan-only", help="Freeze the audience and publish the page, but send nothing yet.")
    ] = False,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Send an approved issue.

    Safe to rerun: it continues where it stopped, and changes nothing once everything is sent."""
    from digest.bootstrap import open_digest
    from digest.cli.terminal.stopping import stopped_by_signals
    from digest.pipeline.campaign.plan import audience
    from digest.pipeline.campaign.status import status as status_of
    from digest.pipeline.campaign.worker import work

    digest = open_digest(config)
    if dry_run:
        _show_audience(audience(digest.database, digest.workshop, month, digest.sending), as_json=as_json)
        return
    before = status_of(digest.database, month)
    campaign = _begin(digest, before, yes=yes, published=published, plan_only=plan_only)
    exit_code = None
    if not plan_only:
        waiting = status_of(digest.database, month).balance.open
        gc.freeze()  # what is loaded by now stays: without this, the collector takes a sixth of the time
        with progress(f"sending {month}", waiting or None) as advance, stopped_by_signals() as stop:
            work(digest.database, campaign.month, digest.sending, advance, stop, _pause_reporter(digest))
        exit_code = stop.exit_code
    now = status_of(digest.database, month, digest.outlook)
    show(now, as_json=as_json)
    if now.state == "cancelled":
        note(f"{month} is cancelled: digest sends it to no one else")
        raise typer.Exit(Exit.REFUSED)
    if exit_code is not None and now.unfinished:
        raise typer.Exit(exit_code)
    if now == before:
        note(f"{month} is already {now.state}: nothing was changed")
    elif now.state == "sent" and digest.outbox(month).is_dir():
        note(f"every mail: {digest.outbox(month) / 'index.html'}")
    if not plan_only and (now.state == "held" or now.balance.open):
        raise typer.Exit(Exit.UNFINISHED)


def hold(
    month: OneMonth,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="The reason that `digest status` shows.")
    ] = None,
    config: Config = CONFIG,
) -> None:
    """Hold a campaign: stop sending within a second.

    While it is held, `digest assemble` and `digest approve` can correct the issue."""
    from digest.bootstrap import open_digest
    from digest.pipeline.campaign.control import hold as hold_campaign

    digest = open_digest(config)
    before = _require_begun(digest, month)
    changed = hold_campaign(digest.database, month, reason)
    if before.state != "held":
        typer.echo(f"{month} is held: `digest resume {month}` continues it")
    elif changed:
        typer.echo(f"{month} was already held; the reason is updated")
    else:
        typer.echo(f"{month} is already held ({before.reason}): nothing was changed")


def resume(
    month: OneMonth,
    as_approved: Annotated[
        bool, typer.Option("--as-approved", help="Resume with the approved version even if files changed.")
    ] = False,
    config: Config = CONFIG,
) -> None:
    """Resume a held campaign.

    Everyone still pending gets the version that was approved last."""
    from digest.bootstrap import open_digest
    from digest.pipeline.campaign.control import resume as resume_campaign

    digest = open_digest(config)
    before = _require_begun(digest, month)
    corrected = resume_campaign(digest.database, month, digest.sending, digest.workshop, as_approved=as_approved)
    if before.state == "sending" and not corrected:
        typer.echo(f"{month} is not held: nothing was changed")
    else:
        typer.echo(f"{month} is resumed" + (" with the corrected issue" if corrected else ""))
    note(WORKER_CONTINUES.format(month=month))


def cancel(month: OneMonth, yes: Yes = False, config: Config = CONFIG) -> None:
    """Cancel a campaign permanently.

    Pending deliveries are skipped. Deliveries under way or in doubt still settle."""
    from digest.bootstrap import open_digest
    from digest.pipeline.campaign.control import cancel as cancel_campaign
    from digest.pipeline.campaign.status import status as status_of

    digest = open_digest(config)
    before = _require_begun(digest, month)
    if before.state == "cancelled":
        typer.echo(f"{month} is already cancelled: nothing was changed")
        return
    if before.state == "sent":
        raise Conflict(f"{month} is sent: no delivery is pending, so there is nothing to cancel")
    if not yes:
        confirm(f"Cancel {month} permanently? {counted(before.balance.waiting, 'subscriber')} will not get it.")
    cancel_campaign(digest.database, month)
    balance = status_of(digest.database, month).balance
    rest = f"; {balance.open} under way or in doubt will still settle" if balance.open else ""
    typer.echo(
        f"{month} is cancelled: {balance.skipped_because.get('cancelled', 0)} skipped, "
        f"{balance.accepted} already handed over{rest}"
    )


def settle(
    month: OneMonth,
    resend: Annotated[bool, typer.Option("--resend", help="Send again: some people may get it twice.")] = False,
    assume_sent: Annotated[
        bool, typer.Option("--assume-sent", help="Count as accepted: some people may never get it.")
    ] = False,
    give_up: Annotated[bool, typer.Option("--give-up", help="Count as skipped, and stop.")] = False,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Settle deliveries in doubt.

    Without an option, list them. Each option decides about all of them."""
    from digest.bootstrap import open_digest
    from digest.pipeline.campaign.settle import Decision, decide
    from digest.pipeline.campaign.settle import settle as settle_by_evidence
    from digest.pipeline.campaign.status import status as status_of

    chosen = [d for d, is_set in zip(Decision, (resend, assume_sent, give_up), strict=True) if is_set]
    if len(chosen) > 1:
        raise typer.BadParameter("choose one of --resend, --assume-sent and --give-up")
    digest = open_digest(config)
    _require_begun(digest, month)
    sending = digest.sending
    settle_by_evidence(digest.database, month, sending.transport(month), sending.resend_after, sending.lease)
    for decision in chosen:
        number = decide(digest.database, month, decision)
        note(f"{counted(number, 'delivery', 'deliveries')} settled: {decision}")
    now = status_of(digest.database, month, digest.outlook)
    show(now, as_json=as_json)
    if now.balance.in_doubt:
        raise typer.Exit(Exit.UNFINISHED)


def worker(config: Config = CONFIG) -> None:
    """Send every campaign that has begun, until stopped.

    Any number of workers may run at once; with PostgreSQL, on any number of machines."""
    from digest.bootstrap import open_digest
    from digest.cli.terminal.logs import start_log
    from digest.cli.terminal.stopping import stopped_by_signals
    from digest.pipeline.campaign.worker_loop import run_forever

    start_log()
    digest = open_digest(config)
    with stopped_by_signals() as stop:
        note("the worker is running; press Ctrl-C to stop it after its current requests")
        gc.freeze()  # as in `send`
        run_forever(digest.database, digest.sending, stop)


def _pause_reporter(digest: "Digest") -> "Callable[[dt.datetime, str], None]":
    def report(until: dt.datetime, reason: str) -> None:
        note(f"retrying at {zoned_clock(until, digest.schedule.timezone)}: {reason}")

    return report


def _begin(digest: "Digest", before: "Status", *, yes: bool, published: bool, plan_only: bool) -> "Campaign":
    """Plan and start the campaign of a month if needed, after confirmation; return it."""
    from digest.pipeline.campaign.plan import already_published, check_start, not_planned, plan, start

    work = (digest.database, digest.workshop, before.month, digest.sending)
    starts = before.facts.is_only_planned and not plan_only
    day = before.facts.published_on
    if starts or day is not None:
        check_start(*work)
    if day is not None and yes and not published:
        raise Conflict(already_published(before.month, day))
    if not yes and (starts or before.facts.campaign is None):
        _confirm(digest, before.month, before, plan_only=plan_only)
    campaign = plan(*work, only=plan_only, although_published=day is not None)
    if before.facts.campaign is None and (left_out := _not_planned(not_planned(digest.database))):
        note(left_out)
    if starts:
        start(*work)
    return campaign


def _confirm(digest: "Digest", month: "Month", before: "Status", *, plan_only: bool) -> None:
    from digest.pipeline.campaign.plan import audience

    number = before.balance.waiting
    if before.facts.campaign is None:
        found = audience(digest.database, digest.workshop, month, digest.sending)
        number = sum(found.editions.values())
        for edition, count in found.editions.items():
            note(f"{edition}  {count}")
        if left_out := _not_planned(found.not_planned):
            note(left_out)
    people = counted(number, "subscriber")
    day = before.facts.published_on
    known = f"{month} was published on the web on {day} without mailing. " if day is not None else ""
    if plan_only:
        confirm(f"{known}Freeze the audience of {month} ({people}) and publish its page? No mail is sent yet.")
    else:
        confirm(f"{known}Send {month} to {people}, {_where(digest)}?")


def _where(digest: "Digest") -> str:
    """Describe how mail leaves, so that a test is not sent to real people by mistake."""
    transport = digest.transport_description
    sender = f", from {digest.newsletter.from_address}" if transport.leaves_machine else ""
    return transport.destination + sender


def _require_begun(digest: "Digest", month: "Month") -> "Status":
    """Require a campaign of *month*, and return its status.

    Raises:
        NotFound: No campaign has begun; the message says when one may.
    """
    from digest.delivery.schedule import Action
    from digest.delivery.states import CampaignState
    from digest.pipeline.campaign.status import status as status_of

    now = status_of(digest.database, month)
    if now.state in frozenset(CampaignState):
        return now
    schedule = digest.schedule
    due = schedule.due_at(Action.SEND, month)
    calendar = ""
    if due + schedule.grace > dt.datetime.now(dt.UTC):
        calendar = f", or the calendar does on {zoned(due, schedule.timezone)}"
    raise NotFound(f"the campaign of {month} has not begun: `digest send {month}` begins it{calendar}")


def _show_audience(audience: "Audience", *, as_json: bool) -> None:
    editions = {str(key): count for key, count in audience.editions.items()}
    skipped = {reason.value: count for reason, count in audience.skipped.items()}
    if as_json:
        print_json({"editions": editions, "skipped": skipped, "not_planned": dict(audience.not_planned)})
        return
    rows = [*editions.items(), *((f"skipped: {reason}", count) for reason, count in skipped.items())]
    print_table(("edition", "subscribers"), rows)
    typer.echo(f"{sum(editions.values())} to be sent, {sum(skipped.values())} skipped")
    if left_out := _not_planned(audience.not_planned):
        typer.echo(left_out)


def _not_planned(numbers: "Mapping[str, int]") -> str:
    """`not planned: 2 suppressed`; empty if every active subscriber can be mailed."""
    return "not planned: " + ", ".join(f"{number} {reason}" for reason, number in numbers.items()) if numbers else ""

"""`digest send`, `status`, `hold`, `resume`, `cancel`, `settle`, `worker`."""

import datetime as dt
import gc
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.hints import BY_OTHERS
from digest.cli.options import CONFIG, Config, Exit, Json, OneMonth
from digest.cli.status import status
from digest.cli.status_view import counted, show
from digest.cli.terminal.confirm import ask
from digest.cli.terminal.output import note, print_json, print_table, progress
from digest.errors import Conflict, NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.bootstrap import Digest
    from digest.months import Month
    from digest.pipeline.campaign.status import Status
    from digest.storage.outbox.campaigns import Audience, Campaign

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def register(app: typer.Typer) -> None:
    """Add this family's commands to *app*."""
    for command in (send, hold, resume, cancel, status, settle, worker):
        app.command()(command)


def send(
    month: OneMonth,
    yes: Yes = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show who would get which edition.")] = False,
    plan_only: Annotated[
        bool, typer.Option("--plan-only", help="Freeze the audience and publish the page; hold the rest.")
    ] = False,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Send an approved issue; again: goes on with the same campaign, and changes nothing once it is sent."""
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
    campaign = _begin(digest, before, yes=yes, plan_only=plan_only)
    exit_code = None
    if not plan_only:
        waiting = status_of(digest.database, month).balance.open
        gc.freeze()  # nothing that is loaded by now goes away: a sixth of the hand-over went into looking at it again
        with progress(f"sending {month}", waiting or None) as advance, stopped_by_signals() as stop:
            work(digest.database, campaign.month, digest.sending, advance, stop, _tell_pause)
        exit_code = stop.exit_code
    now = status_of(digest.database, month, digest.outlook)
    show(now, as_json=as_json)
    if now.state == "cancelled":
        note(f"{month} is cancelled: nobody else gets it")
        raise typer.Exit(Exit.REFUSED)
    if exit_code is not None and now.unfinished:
        raise typer.Exit(exit_code)
    if now == before:
        note(f"{month} was {now.state} before: nothing was changed")
    elif now.state == "sent" and digest.outbox(month).is_dir():
        note(f"every mail: {digest.outbox(month) / 'index.html'}")
    if not plan_only and (now.state == "held" or now.balance.open):
        raise typer.Exit(Exit.UNFINISHED)


def hold(
    month: OneMonth,
    reason: Annotated[str | None, typer.Option("--reason", help="For whoever looks at the status.")] = None,
    config: Config = CONFIG,
) -> None:
    """Hold a campaign: within a second no further request goes out. `assemble` may correct the issue then."""
    from digest.bootstrap import open_digest
    from digest.pipeline.campaign.control import hold as hold_campaign

    digest = open_digest(config)
    before = _begun(digest, month)
    changed = hold_campaign(digest.database, month, reason)
    if before.state != "held":
        typer.echo(f"{month} is held: `digest resume {month}` lets it go on")
    elif changed:
        typer.echo(f"{month} was held before; the reason is new")
    else:
        typer.echo(f"{month} was held before ({before.reason}): nothing was changed")


def resume(
    month: OneMonth,
    as_approved: Annotated[
        bool, typer.Option("--as-approved", help="Resume with the approved version even if files changed.")
    ] = False,
    config: Config = CONFIG,
) -> None:
    """Let a held campaign go on; whoever still waits gets the bytes that were approved last."""
    from digest.bootstrap import open_digest
    from digest.pipeline.campaign.control import resume as resume_campaign

    digest = open_digest(config)
    before = _begun(digest, month)
    corrected = resume_campaign(digest.database, month, digest.sending, digest.workshop, as_approved=as_approved)
    if before.state == "sending" and not corrected:
        typer.echo(f"{month} was not held: nothing was changed")
    else:
        typer.echo(f"{month} goes on" + (" with the corrected issue" if corrected else ""))
    note(BY_OTHERS.format(month=month))


def cancel(month: OneMonth, yes: Yes = False, config: Config = CONFIG) -> None:
    """Cancel a campaign for ever: who waits is skipped, what is under way or in doubt settles."""
    from digest.bootstrap import open_digest
    from digest.pipeline.campaign.control import cancel as cancel_campaign
    from digest.pipeline.campaign.status import status as status_of

    digest = open_digest(config)
    before = _begun(digest, month)
    if before.state == "cancelled":
        typer.echo(f"{month} was cancelled before: nothing was changed")
        return
    if before.state == "sent":
        raise Conflict(f"{month} is sent: nobody waits for it any more, so there is nothing to cancel")
    if not yes:
        ask(f"Cancel {month} for ever? {before.balance.waiting} who wait will get nothing.")
    cancel_campaign(digest.database, month)
    balance = status_of(digest.database, month).balance
    rest = f"; {balance.open} under way or in doubt will be settled" if balance.open else ""
    typer.echo(
        f"{month} is cancelled: {balance.skipped_because.get('cancelled', 0)} skipped, "
        f"{balance.accepted} were handed over before{rest}"
    )


def settle(
    month: OneMonth,
    resend: Annotated[bool, typer.Option("--resend", help="Hand over again: some may get two.")] = False,
    assume_sent: Annotated[bool, typer.Option("--assume-sent", help="Count as accepted: some may get none.")] = False,
    give_up: Annotated[bool, typer.Option("--give-up", help="Count as skipped.")] = False,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Show what is in doubt, or decide about all of it."""
    from digest.bootstrap import open_digest
    from digest.pipeline.campaign.settle import Decision, decide
    from digest.pipeline.campaign.settle import settle as settle_by_evidence
    from digest.pipeline.campaign.status import status as status_of

    chosen = [d for d, is_set in zip(Decision, (resend, assume_sent, give_up), strict=True) if is_set]
    if len(chosen) > 1:
        raise typer.BadParameter("choose one of --resend, --assume-sent and --give-up")
    digest = open_digest(config)
    _begun(digest, month)
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
    """Hand over every campaign that has begun, until it is stopped; any number may run, on PostgreSQL anywhere."""
    from digest.bootstrap import open_digest
    from digest.cli.terminal.logs import start_log
    from digest.cli.terminal.stopping import stopped_by_signals
    from digest.pipeline.campaign.worker_loop import run_forever

    start_log()
    digest = open_digest(config)
    with stopped_by_signals() as stop:
        note("the worker runs; stop it with Ctrl-C: what is under way is finished first")
        gc.freeze()  # as in `send`
        run_forever(digest.database, digest.sending, stop)


def _tell_pause(until: dt.datetime, reason: str) -> None:
    note(f"waiting until {until:%H:%M:%S} UTC: {reason}")


def _begin(digest: "Digest", before: "Status", *, yes: bool, plan_only: bool) -> "Campaign":
    """The campaign of a month, planned and started if it is not yet; asks first."""
    from digest.pipeline.campaign.plan import check_start, not_planned, plan, start

    work = (digest.database, digest.workshop, before.month, digest.sending)
    starts = before.facts.is_only_planned and not plan_only
    if starts:
        check_start(*work)
    if not yes and (starts or before.facts.campaign is None):
        _ask(digest, before.month, before, plan_only=plan_only)
    campaign = plan(*work, only=plan_only)
    if before.facts.campaign is None and (left_out := _not_planned(not_planned(digest.database))):
        note(left_out)
    if starts:
        start(*work)
    return campaign


def _ask(digest: "Digest", month: "Month", before: "Status", *, plan_only: bool) -> None:
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
    if plan_only:
        ask(f"Freeze the audience of {month} ({people}) and publish its page? No mail goes out yet.")
    else:
        ask(f"Send {month} to {people}, {_where(digest)}?")


def _where(digest: "Digest") -> str:
    """By which way mail leaves, so that nobody sends for real what was meant for the folder."""
    chosen = digest.config.delivery.transport
    if chosen == "files":
        return f"into the folder {digest.config.files.directory}"
    checked_only = chosen == "sendgrid" and digest.config.sendgrid.sandbox
    way = {"smtp": f"over {digest.config.smtp.host}", "sendgrid": "over sendgrid"}[chosen]
    return f"{way}{' (sandbox: nothing goes out)' if checked_only else ''}, from {digest.newsletter.from_address}"


def _begun(digest: "Digest", month: "Month") -> "Status":
    """How the campaign of *month* stands.

    Raises:
        NotFound: None has begun; says when one may.
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
        local = due.astimezone(schedule.timezone)
        calendar = f", or the calendar's date: {local:%Y-%m-%d %H:%M} {schedule.timezone.key}"
    raise NotFound(f"nothing of {month} has begun; nothing goes out before `digest send {month}`{calendar}")


def _show_audience(audience: "Audience", *, as_json: bool) -> None:
    editions = {str(key): count for key, count in audience.editions.items()}
    skipped = {reason.value: count for reason, count in audience.skipped.items()}
    if as_json:
        print_json({"editions": editions, "skipped": skipped, "not_planned": dict(audience.not_planned)})
        return
    rows = [*editions.items(), *((f"skipped: {reason}", count) for reason, count in skipped.items())]
    print_table(("edition", "subscribers"), rows)
    typer.echo(f"{sum(editions.values())} to be handed over, {sum(skipped.values())} skipped")
    if left_out := _not_planned(audience.not_planned):
        typer.echo(left_out)


def _not_planned(numbers: "Mapping[str, int]") -> str:
    """`not planned: 2 suppressed`; empty if every active subscriber can be mailed."""
    return "not planned: " + ", ".join(f"{number} {reason}" for reason, number in numbers.items()) if numbers else ""

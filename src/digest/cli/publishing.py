"""`digest publish`."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli.options import CONFIG, Config, Exit, Json, Reason, Withdraw, parsed_date
from digest.cli.terminal.output import note, print_json, progress
from digest.months import Month

if TYPE_CHECKING:
    from digest.bootstrap import Digest
    from digest.errors import DigestError
    from digest.pipeline.issue.publish_past import PastIssue

_BETWEEN = ".."


def register(app: typer.Typer) -> None:
    """Add this family's commands to *app*."""
    app.command()(publish)


def publish(
    months: Annotated[
        list[str] | None,
        typer.Argument(metavar="MONTH...", help="Months, or a range such as 2013-01..2015-12.", show_default=False),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Publish every past month that has files.")] = False,
    on: Annotated[
        dt.date | None,
        typer.Option("--on", parser=parsed_date, metavar="DATE", help="The day it appeared; the first of the month."),
    ] = None,
    withdraw: Withdraw = None,
    reason: Reason = None,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Publish past months on the web without mailing anyone.

    Each month appears as of its first day, so that nothing old looks new. Only an error that keeps a page from being
    shown stops a month; the rest are warnings. Safe to rerun: what is unchanged stays, what changed is corrected.
    Months that were mailed are refused, or skipped if a range or --all covers them."""
    from digest.bootstrap import open_digest

    digest = open_digest(config)
    named, covered = _chosen(digest, months or [], all_=all_)
    if len(named) + len(covered) != 1 and (on or withdraw):
        raise typer.BadParameter("--on and --withdraw go with one month")
    run = _Run(digest, on, withdraw or [], reason)
    run.skip_mailed(covered)
    chosen = sorted({*named, *covered} - {*run.skipped})
    with progress("publishing", len(chosen)) if len(chosen) > 1 else nullcontext(_nothing) as advance:
        for month in chosen:
            run.publish(month, quiet=as_json)
            advance(1)
    run.show(as_json=as_json)
    raise typer.Exit(Exit.REFUSED if run.refused else Exit.DONE)


def _nothing(_more: int) -> None:
    """Show no progress."""


def _chosen(digest: "Digest", texts: Sequence[str], *, all_: bool) -> tuple[list[Month], list[Month]]:
    """The months that are named one by one, and those that a range or `--all` covers."""
    if all_ == bool(texts):
        raise typer.BadParameter("name the months, give a range such as 2013-01..2015-12, or add --all")
    with_files = digest.library.months()
    named: list[Month] = []
    covered: list[Month] = []
    if all_:
        today = Month.of(dt.datetime.now(digest.schedule.timezone).date())
        covered = [month for month in with_files if month < today]
    for text in texts:
        first, dots, last = text.partition(_BETWEEN)
        if not dots:
            named.append(_month(first))
        elif found := [month for month in with_files if _month(first) <= month <= _month(last)]:
            covered += found
        else:
            raise typer.BadParameter(f"no month from {first} to {last} has files")
    return named, [month for month in covered if month not in named]


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


class _Run:
    """What a call does with its months, one after the other."""

    def __init__(
        self, digest: "Digest", day: dt.date | None, withdraw: Sequence[str], reason: Sequence[str] | None
    ) -> None:
        from digest.cli.reasons import ask_reasons, reasons_of
        from digest.pipeline.issue.assemble import shelf_of
        from digest.pipeline.issue.publish import Withdrawing

        if reason and not withdraw:
            raise typer.BadParameter("--reason only goes with --withdraw SLUG: add it, or leave out --reason")
        languages = digest.newsletter.languages
        reasons = reasons_of(reason, languages) if reason or not withdraw else ask_reasons(withdraw, languages)
        self._digest = digest
        self._day = day
        self._withdrawing = Withdrawing(tuple(withdraw), reasons)
        self._shelf = shelf_of(digest.library)
        self.done: list[PastIssue] = []
        self.skipped: list[Month] = []
        self.refused: dict[Month, DigestError] = {}

    def skip_mailed(self, months: Sequence[Month]) -> None:
        """Leave out the *months* that have a campaign."""
        from digest.pipeline.issue.published import on_the_web

        mailed = on_the_web(self._digest.database)
        self.skipped = [month for month in months if mailed.get(month)]

    def publish(self, month: Month, *, quiet: bool) -> None:
        """Publish one month, or keep why that is refused."""
        from digest.errors import Conflict, NotFound
        from digest.pipeline.issue.publish_past import publish_past

        digest = self._digest
        try:
            done = publish_past(
                digest.database,
                digest.workshop,
                month,
                digest.schedule.timezone,
                day=self._day,
                withdrawing=self._withdrawing,
                shelf=self._shelf,
            )
        except (Conflict, NotFound) as refusal:
            self.refused[month] = refusal
            return
        self.done.append(done)
        if not quiet:
            typer.echo(_line(digest, done))

    def show(self, *, as_json: bool) -> None:
        """Print the result."""
        if as_json:
            print_json(self._document())
            return
        self._show_withdrawn()
        for refusal in self.refused.values():
            note(f"digest: {refusal}")
        if self.skipped:
            note(f"skipped, since they were mailed: {' '.join(map(str, self.skipped))}")
        found = Counter(finding.code for one in self.done for finding in one.findings)
        if found:
            note("warnings: " + ", ".join(f"{count} {code}" for code, count in found.most_common()))
            note("`digest check MONTH` lists them with their lines")
        fresh = sum(one.changed for one in self.done)
        articles = sum(one.articles for one in self.done)
        counts = [f"{fresh} published", f"{len(self.done) - fresh} unchanged", f"{len(self.skipped)} skipped"]
        typer.echo(f"{', '.join(counts)}, {len(self.refused)} refused; {articles} articles, no mail sent")

    def _show_withdrawn(self) -> None:
        from digest.issue.addresses import article_url

        for one in (withdrawal for done in self.done for withdrawal in done.withdrawn):
            address = article_url(self._digest.newsletter.base_url, one.month, one.slug)
            typer.echo(f"withdrawn: {address} shows when and why")

    def _document(self) -> dict[str, Any]:
        return {
            "months": [
                {
                    "month": str(one.month),
                    "hash": one.issue_hash,
                    "changed": one.changed,
                    "published_at": one.published_at.isoformat(),
                    "articles": one.articles,
                    "withdrawn": [withdrawal.slug for withdrawal in one.withdrawn],
                    "warnings": [str(finding) for finding in one.findings],
                }
                for one in self.done
            ],
            "skipped": [str(month) for month in self.skipped],
            "refused": {str(month): str(refusal) for month, refusal in self.refused.items()},
        }


def _line(digest: "Digest", done: "PastIssue") -> str:
    day = done.published_at.astimezone(digest.schedule.timezone).date()
    counted = f"{done.articles} article{'' if done.articles == 1 else 's'}"
    warnings = f", {len(done.findings)} warning{'' if len(done.findings) == 1 else 's'}" if done.findings else ""
    return f"{done.month}  {'published' if done.changed else 'unchanged'} as of {day}  {counted}{warnings}"

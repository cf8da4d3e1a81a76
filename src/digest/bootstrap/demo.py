"""One whole month on sample data, from Markdown to a local outbox."""

import shlex
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from digest.bootstrap.digest import Digest, open_digest
from digest.bootstrap.project import start_project
from digest.bootstrap.resources import shipped
from digest.delivery.balance import Balance
from digest.errors import Conflict
from digest.months import Month
from digest.pipeline.campaign.plan import plan
from digest.pipeline.campaign.status import status
from digest.pipeline.campaign.worker import work
from digest.pipeline.issue.approve import approve
from digest.pipeline.issue.assemble import assemble, shelf_of
from digest.pipeline.issue.publish_past import publish_past
from digest.pipeline.people.import_list import import_list

_MARK = ".digest-demo"


def run_demo(directory: Path, say: Callable[[str], object]) -> None:
    """
    Run the newest sample month in *directory*, which is emptied first if an earlier demo made it; publish the others.

    Raises:
        Conflict: *directory* contains other files.
    """
    digest = open_digest(_prepare(directory))
    *past, month = digest.library.months()
    say(f"A demo of one month, in {directory.resolve()}")
    say(f"  articles     {len(past) + 1} months of samples; the newest is {month}")
    _subscribers(digest, say)
    assembled = assemble(digest.database, digest.workshop, month)
    say(f"  assemble     {len(assembled.frozen.editions)} editions frozen under {assembled.issue_hash[:12]}")
    approve(digest.database, digest.workshop, month)
    say("  approve      exactly these bytes may be sent")
    plan(digest.database, digest.workshop, month, digest.sending)
    work(digest.database, month, digest.sending)
    final = status(digest.database, month)
    say(f"  send         {final.state}: {_sum(final.balance)}")
    _publish(digest, past, say)
    _where_to_look(digest, directory, month, say)


def _publish(digest: Digest, months: Sequence[Month], say: Callable[[str], object]) -> None:
    """Fill the archive with the months before, as they appeared then."""
    shelf, timezone = shelf_of(digest.library), digest.schedule.timezone
    done = [publish_past(digest.database, digest.workshop, month, timezone, shelf=shelf) for month in months]
    articles = sum(one.articles for one in done)
    say(f"  publish      {len(done)} earlier months with {articles} articles are on the web, without any mail")


def _prepare(directory: Path) -> Path:
    if directory.exists() and any(directory.iterdir()):
        if not (directory / _MARK).exists():
            raise Conflict(f"{directory} contains files that are not from a demo: choose an empty folder")
        shutil.rmtree(directory)
    config = start_project(directory)
    (directory / _MARK).touch()
    shutil.copytree(shipped("articles"), directory / "articles", dirs_exist_ok=True)
    shutil.copy(shipped("subscribers/sample.csv"), directory / "subscribers" / "sample.csv")
    return config


def _subscribers(digest: Digest, say: Callable[[str], object]) -> None:
    sample = digest.folder / "subscribers" / "sample.csv"
    with sample.open(encoding="utf-8", newline="") as lines:
        report = import_list(digest.database, lines, digest.row_rules("the sample list"), update=False)
    say(f"  subscribers  {report.counts.total()} invented people imported from subscribers/sample.csv")


def _sum(balance: Balance) -> str:
    skipped = ", ".join(f"{count} {reason}" for reason, count in sorted(balance.skipped_because.items()))
    return f"{balance.planned} planned = {balance.accepted} handed over + {balance.skipped} skipped ({skipped})"


def _where_to_look(digest: Digest, directory: Path, month: Month, say: Callable[[str], object]) -> None:
    config = shlex.quote(str(directory / "config.yaml"))
    program = shlex.quote(sys.argv[0]) if Path(sys.argv[0]).name == "digest" else "digest"
    say("")
    say("Where to look")
    say(f"  every mail       {(digest.outbox(month) / 'index.html').resolve().as_uri()}")
    say(f"  every edition    {program} preview {month} --config {config}")
    say(f"  the public site  {program} serve --config {config}   then {digest.newsletter.base_url}/")
    say(f"  the archive      {digest.newsletter.base_url}/{month.year}/ there, and /search?q=empathy")
    say(f"  check status     {program} status {month} --config {config}")

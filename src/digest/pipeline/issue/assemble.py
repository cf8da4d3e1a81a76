"""From files to a frozen issue."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from digest.content.library import Library
from digest.content.site_texts import SiteTexts
from digest.delivery.states import CampaignState
from digest.errors import Conflict, RenderError
from digest.issue.checks import check_issue, not_rendered, ordered
from digest.issue.checks.files.shelf import Shelf
from digest.issue.checks.files.site_texts import site_text_findings
from digest.issue.checks.mail.support import Support
from digest.issue.citations.apa import Apa, with_citation
from digest.issue.findings import Finding, Severity
from digest.issue.issue import FrozenIssue, Issue, IssueState
from digest.issue.newsletter import IssueRules, Newsletter
from digest.issue.render import freeze
from digest.months import Month
from digest.pipeline.issue.files import Files
from digest.rendering.environment import Renderer
from digest.storage import calendar, issues
from digest.storage.db.database import Database
from digest.storage.outbox import campaigns
from digest.topics import Taxonomy


@dataclass(frozen=True)
class Workshop:
    """Everything needed to make an issue from files.

    Attributes:
        apa: Composes the citations that the articles do not give; None: composes none.
        support: What mail programs support, for the checks.
        site_texts: The operator's texts for pages of the site, for the checks.
    """

    library: Library
    newsletter: Newsletter
    rules: IssueRules
    taxonomy: Taxonomy
    renderer: Renderer
    apa: Apa | None = None
    support: Support = field(default_factory=Support)
    site_texts: SiteTexts | None = None

    @property
    def files(self) -> Files:
        """The files and settings that issues are made from."""
        return Files(self.library, self.newsletter, self.taxonomy, self.rules)


@dataclass(frozen=True)
class Gathered:
    """The issue that the files of a month make, and what is wrong with them."""

    issue: Issue
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)


def gather(workshop: Workshop, month: Month, shelf: Shelf | None = None) -> Gathered:
    """
    Read a month's files and check them. Files that can't be read become findings and are left out of the issue.

    Args:
        shelf: All months, if they were read before.
    """
    draft, errors = workshop.files.read(month)
    issue = replace(draft, articles=tuple(with_citation(article, workshop.apa) for article in draft.articles))
    shelf = shelf or shelf_of(workshop.library)
    return Gathered(issue, check_issue(issue, errors, workshop.rules, workshop.taxonomy, shelf))


def shelf_of(library: Library) -> Shelf:
    """Every article of every month, as the checks of one month see them."""
    months = library.months()
    return Shelf(tuple(article for month in months for article in library.load(month).articles), frozenset(months))


@dataclass(frozen=True)
class Checked:
    """An issue's findings and its frozen editions. `frozen` is None if an error prevents rendering."""

    month: Month
    findings: tuple[Finding, ...]
    frozen: FrozenIssue | None

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)


def check(workshop: Workshop, month: Month) -> Checked:
    """Check a month's files and, if they have no errors, every edition rendered from them."""
    gathered = gather(workshop, month)
    if gathered.errors:
        return Checked(month, gathered.findings, None)
    try:
        frozen = freeze(gathered.issue, workshop.renderer)
    except RenderError as error:
        return Checked(month, (*gathered.findings, not_rendered(error)), None)
    from digest.issue.checks.mail.frozen import check_frozen  # noqa: PLC0415  its parsers are slow to import

    found = check_frozen(gathered.issue, frozen, workshop.support)
    return Checked(month, ordered((*gathered.findings, *found)), frozen)


@dataclass(frozen=True)
class Assembled:
    """What `assemble` did. `changed` is False if the same bytes were frozen before; `state` is the issue's."""

    month: Month
    issue_hash: str
    changed: bool
    state: IssueState
    findings: tuple[Finding, ...]
    frozen: FrozenIssue


def assemble(database: Database, workshop: Workshop, month: Month) -> Assembled:
    """
    Freeze the issue of *month* and all its editions under one hash.

    If the files are unchanged, nothing changes, and an approval stays valid. An issue that was sent can be assembled
    again to correct its page.

    Raises:
        Conflict: An error prevents it, or the issue is being sent and its campaign is not held.
    """
    checked = check(workshop, month)
    frozen = frozen_or_refuse(checked)
    with database.write() as connection:
        issues.find(connection, month, lock=True)
        campaign = campaigns.find(connection, month)
        if campaign is not None and campaign.state is CampaignState.SENDING:
            raise Conflict(
                f"the campaign of {month} is {campaign.state}: to correct what those still waiting get, "
                f"run `digest hold {month}` first"
            )
        now = database.now(connection)
        changed = issues.save(connection, frozen, now)
        calendar.forget(connection, month)
        row = issues.find(connection, month)
    assert row is not None
    return Assembled(month, frozen.hash, changed, row.state, checked.findings, frozen)


def frozen_or_refuse(checked: Checked) -> FrozenIssue:
    """Return the frozen issue if there are no errors.

    Raises:
        Conflict: There are errors; the message names them all.
    """
    if checked.frozen is None or checked.errors:
        listed = "\n  ".join(str(finding) for finding in checked.errors)
        raise Conflict(f"the issue of {checked.month} can't be assembled:\n  {listed}")
    return checked.frozen


def findings_of(workshop: Workshop, month: Month | None) -> list[tuple[Month | None, Finding]]:
    """Check *month*, or if it is None, every month, the notifications, the site's texts, and stray files."""
    if month is not None:
        return [(month, finding) for finding in check(workshop, month).findings]
    everywhere: list[tuple[Month | None, Finding]] = [
        (None, Finding("not-loaded", Severity.ERROR, error.problem, error.remedy, error.place))
        for error in workshop.library.strays()
    ]
    from digest.delivery.note_checks import check_notes  # noqa: PLC0415  its parsers are slow to import

    notes = check_notes(workshop.newsletter, workshop.renderer, workshop.support)
    everywhere += [(None, finding) for finding in (*notes, *_of_site(workshop))]
    months = workshop.library.months()
    return everywhere + [(one, finding) for one in months for finding in check(workshop, one).findings]


def _of_site(workshop: Workshop) -> Iterator[Finding]:
    if workshop.site_texts is None:
        return
    texts, errors = workshop.site_texts.load()
    for error in errors:
        yield Finding("not-loaded", Severity.ERROR, error.problem, error.remedy, error.place)
    yield from site_text_findings(texts, workshop.newsletter.languages)

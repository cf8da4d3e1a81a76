"""The checks of an issue: what stands in the way of approving it, and what an editor may want to mend.

Every code is described in docs/checks.md, with why and how to mend it.
"""

from collections.abc import Iterator, Sequence

from digest.content.article import Article
from digest.errors import ContentError, Place, RenderError
from digest.issue.edition import Edition
from digest.issue.findings import Finding, Severity
from digest.issue.issue import FrozenIssue, Issue
from digest.issue.newsletter import IssueRules
from digest.issue.placeholders import UNSUBSCRIBE_HTML, UNSUBSCRIBE_TEXT, placeholder
from digest.rendering.markdown import is_safe, is_site_path, links
from digest.topics import Taxonomy

# Gmail cuts a longer HTML part off and hides the rest, the unsubscribe link first of all.
CLIP_BYTES = 102 * 1024
NEAR_CLIP_BYTES = 90 * 1024


def check_issue(
    issue: Issue, errors: Sequence[ContentError], rules: IssueRules, taxonomy: Taxonomy
) -> tuple[Finding, ...]:
    """
    Check what the editor wrote for one month.

    Args:
        errors: What could not be loaded; each becomes an error.
        taxonomy: Tells which research types have a name.

    Returns:
        Errors first, each group in the order of the issue.
    """
    findings = [
        *(_not_loaded(error) for error in errors),
        *_count(issue, rules),
        *(finding for article in issue.articles for finding in _article(article, taxonomy)),
        *_issue_links(issue),
    ]
    return tuple(sorted(findings, key=lambda finding: finding.severity is not Severity.ERROR))


def not_rendered(error: RenderError) -> Finding:
    """An issue that loads and can't be rendered."""
    return _error("not-rendered", str(error), "mend the template, or the value of the configuration that it names")


def check_frozen(frozen: FrozenIssue) -> tuple[Finding, ...]:
    """Check the bytes that would be sent: their size, and that everybody can leave."""
    largest = max(frozen.editions, key=_size)
    return (*_size_findings(largest), *_lacking_unsubscribe(frozen.editions))


def _not_loaded(error: ContentError) -> Finding:
    return _error("not-loaded", error.problem, error.remedy or "mend the file", error.place)


def _count(issue: Issue, rules: IssueRules) -> Iterator[Finding]:
    number = len(issue.articles)
    if number == 0:
        yield _error(
            "no-article", f"{issue.month} has no article", f"write articles/{issue.month}/NAME.md, or import it"
        )
    elif number > rules.never_more_than:
        problem = f"{issue.month} has {number} articles, more than {rules.never_more_than}"
        yield _error("too-many-articles", problem, "move an article to another month")
    elif not rules.at_least <= number <= rules.at_most:
        problem = f"{issue.month} has {number} article{'s' if number > 1 else ''}"
        remedy = f"{rules.at_least} to {rules.at_most} are usual: add or move one, or leave it so"
        yield _warning("article-count", problem, remedy)


def _article(article: Article, taxonomy: Taxonomy) -> Iterator[Finding]:
    if not article.topics:
        remedy = "choose at least one: digest topics lists them"
        yield _error("no-topic", "no topic, so no reader who chose topics gets it", remedy, article.at("topics"))
    if not article.implications:
        remedy = 'add a section "## Practice implications"'
        yield _warning("no-implications", "no practice implications", remedy, article.at("body"))
    if not article.citation:
        yield _warning("no-citation", "no citation", "add citation: with the reference of the study", article.place)
    yield from _research_type(article, taxonomy)
    if not article.author:
        yield _warning("no-author", "no author", "add author: with the name of who wrote the summary", article.place)
    yield from _insecure(article.body, article.place.file, article.lines.get("body"))
    yield from _insecure(article.implications or "", article.place.file, article.lines.get("implications"))


def _research_type(article: Article, taxonomy: Taxonomy) -> Iterator[Finding]:
    known = {research_type.slug for research_type in taxonomy.research_types}
    if not article.research_type:
        remedy = f"add research_type: with one of {', '.join(sorted(known))}" if known else "add research_type:"
        yield _warning("no-research-type", "no research type", remedy, article.place)
    elif known and article.research_type not in known:
        problem = f"research type {article.research_type!r} has no name in the configuration"
        remedy = f"use one of {', '.join(sorted(known))}, or add it to research_types"
        yield _warning("unknown-research-type", problem, remedy, article.at("research_type"))


def _issue_links(issue: Issue) -> Iterator[Finding]:
    file = issue.file.place.file if issue.file.place else f"articles/{issue.month}/issue.md"
    yield from _insecure(issue.file.introduction, file, None)
    for notice in issue.file.notices:
        yield from _insecure(notice.body, file, None)
        if notice.link and not _may_be_mailed(notice.link):
            yield _insecure_link(notice.link, Place(file))


def _insecure(markdown: str, file: str, first_line: int | None) -> Iterator[Finding]:
    for link in links(markdown):
        if not _may_be_mailed(link.href):
            yield _insecure_link(link.href, Place(file, first_line + link.line - 1 if first_line else None))


def _may_be_mailed(href: str) -> bool:
    return is_site_path(href) or (is_safe(href) and not href.casefold().startswith("http:"))


def _insecure_link(href: str, place: Place) -> Finding:
    problem = f"the link to {href!r} is not secure" if href else "a link leads nowhere"
    return _error("insecure-link", problem, "write an address that starts with https:// or mailto:", place)


def _size(edition: Edition) -> int:
    return len(edition.html.encode())


def _size_findings(edition: Edition) -> Iterator[Finding]:
    size = _size(edition)
    problem = f"the HTML of edition {edition.key} has {size / 1024:.0f} KB"
    remedy = "shorten an article or the notices, or move one to another month"
    if size > CLIP_BYTES:
        yield _error("clipped", f"{problem}: Gmail cuts it off at 102 KB, with the unsubscribe link", remedy)
    elif size > NEAR_CLIP_BYTES:
        yield _warning("size-near-clip", f"{problem}: Gmail cuts off at 102 KB", remedy)


def _lacking_unsubscribe(editions: Sequence[Edition]) -> Iterator[Finding]:
    for edition in editions:
        for part, body, name in (("HTML", edition.html, UNSUBSCRIBE_HTML), ("text", edition.text, UNSUBSCRIBE_TEXT)):
            if placeholder(edition.nonce, name) not in body:
                problem = f"the {part} of edition {edition.key} has no unsubscribe link"
                yield _error("no-unsubscribe", problem, "put {{ unsubscribe_url }} into the footer template")
                return


def _error(code: str, problem: str, remedy: str, place: Place | None = None) -> Finding:
    return Finding(code, Severity.ERROR, problem, remedy, place)


def _warning(code: str, problem: str, remedy: str, place: Place | None = None) -> Finding:
    return Finding(code, Severity.WARNING, problem, remedy, place)

"""The pages that say what the newsletter is, and what becomes of what readers entrust to it."""

from collections.abc import Iterable
from dataclasses import dataclass

from digest.archive.excerpt import excerpt
from digest.archive.pages.frame import DESCRIPTION, Head, Pages
from digest.content.site_texts import SitePage, SiteText
from digest.months import Month
from digest.rendering.headings import arrange
from digest.rendering.markdown import to_html
from digest.rendering.typography import typographic, typographic_html


@dataclass(frozen=True)
class SiteFacts:
    """What the configuration says about how the newsletter is made and what is kept.

    Attributes:
        fewest, most: Articles of an issue.
        is_approved: Whether nothing is sent without an editor's approval.
        requests_days: How long sign-ups, address changes and notifications are kept.
        networks_days: How long network addresses are kept with a consent; 0: they are not recorded.
        deliveries_months: How long it is known who received which issue.
        limits_hours: The longest time for which forms are counted.
        provider: Who delivers the mails, such as SendGrid; empty if it is a mail server of the sender's choice.
    """

    fewest: int = 2
    most: int = 3
    is_approved: bool = True
    requests_days: int = 14
    networks_days: int = 0
    deliveries_months: int = 24
    limits_hours: int = 24
    provider: str = ""


@dataclass(frozen=True)
class Holdings:
    """What the archive has; `first_month` is None if nothing was published."""

    issues: int = 0
    articles: int = 0
    first_month: Month | None = None


@dataclass(frozen=True)
class OwnText:
    """The operator's text as safe HTML, and its language if it is not that of the page."""

    html: str
    language: str


@dataclass(frozen=True)
class SiteTextPage:
    """A page about the newsletter.

    Attributes:
        own: None: the built-in text, with the facts.
    """

    head: Head
    own: OwnText | None
    facts: SiteFacts
    subscribe_path: str
    link_path: str
    holdings: Holdings


def site_text_page(
    pages: Pages,
    page: SitePage,
    built_in: tuple[str, str],
    texts: Iterable[SiteText],
    facts: SiteFacts,
    holdings: Holdings,
) -> SiteTextPage:
    """
    The page with the operator's text in the reader's language, or else in another one, or else the built-in text.

    Args:
        built_in: Title and description of the built-in text.
    """
    title, description = built_in
    own = _own(pages, page, texts)
    if own:
        html = _html(pages, own)
        title = typographic(own.title, own.language) or title
        description = excerpt(html, DESCRIPTION) or description
    return SiteTextPage(
        pages.head_at(title, description, f"/{page}/"),
        OwnText(html, own.language) if own else None,
        facts,
        pages.subscribe_path(),
        pages.path("/link"),
        holdings,
    )


def _own(pages: Pages, page: SitePage, texts: Iterable[SiteText]) -> SiteText | None:
    by_language = {text.language: text for text in texts if text.page is page}
    order = (pages.language, *pages.newsletter.languages)
    return next((by_language[language] for language in order if language in by_language), None)


def _html(pages: Pages, text: SiteText) -> str:
    html = to_html(text.markdown, base_url=pages.newsletter.base_url)
    return typographic_html(arrange(html, top=2), text.language)

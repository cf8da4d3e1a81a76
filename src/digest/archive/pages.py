"""What the pages of the archive show, made from frozen documents: no personal token or name is in them."""

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from html import escape
from urllib.parse import urlsplit

from digest.archive.excerpt import excerpt
from digest.archive.language import language_name
from digest.issue.addresses import article_url, home_url, issue_url
from digest.issue.issue import Document, WebArticle, WebNotice
from digest.issue.newsletter import Newsletter
from digest.issue.withdrawal import Withdrawal
from digest.months import Month
from digest.rendering.typography import typographic
from digest.rendering.words import day_name, language_of
from digest.topics import Taxonomy

_HEADING = re.compile(r"(</?h)([1-5])(?=[\s>])")  # safe HTML has no other use of these characters
_DESCRIPTION = 160  # characters; search engines show about as many


@dataclass(frozen=True)
class Version:
    """A page in one of the newsletter's languages: its absolute address, and its path on this site."""

    language: str
    name: str
    url: str
    path: str


@dataclass(frozen=True)
class Head:
    """What every page says of itself.

    Attributes:
        description: At most 160 characters of text.
        canonical: Absolute address, without a language unless the reader asked for one.
        versions: The page in every language, for the switch and for search engines.
    """

    title: str
    description: str
    canonical: str
    versions: tuple[Version, ...]


@dataclass(frozen=True)
class ArticleLine:
    """An article in a list; topics and research type by name."""

    title: str
    language: str
    path: str
    research_type: str | None
    topics: tuple[str, ...]


@dataclass(frozen=True)
class IssueEntry:
    """An issue in the list of all issues."""

    month: Month
    subject: str
    path: str
    articles: tuple[ArticleLine, ...]


@dataclass(frozen=True)
class ArticleEntry:
    """An article with the names of its topics and research type in the language of the page."""

    article: WebArticle
    path: str
    topics: tuple[str, ...]
    research_type: str | None


@dataclass(frozen=True)
class WithdrawnLine:
    """A withdrawn article in a list, and the day in words."""

    title: str
    language: str
    path: str
    day: str


@dataclass(frozen=True)
class HomePage:
    head: Head
    issues: tuple[IssueEntry, ...]


@dataclass(frozen=True)
class IssuePage:
    head: Head
    month: Month
    introduction_html: str
    articles: tuple[ArticleEntry, ...]
    notices: tuple[WebNotice, ...]
    withdrawn: tuple[WithdrawnLine, ...] = ()


@dataclass(frozen=True)
class ArticlePage:
    """An article's permalink.

    Attributes:
        others: The other articles of the same issue.
    """

    head: Head
    month: Month
    subject: str
    issue_path: str
    view: ArticleEntry
    others: tuple[ArticleLine, ...]


@dataclass(frozen=True)
class WithdrawnPage:
    """What stands at the permalink of an article that was withdrawn.

    Attributes:
        day: When, in words.
        reason_language: Of the reason, where the page has another.
        others: The articles of the same issue.
    """

    head: Head
    month: Month
    subject: str
    issue_path: str
    withdrawal: Withdrawal
    day: str
    reason: str
    reason_language: str | None
    others: tuple[ArticleLine, ...]


@dataclass(frozen=True)
class Pages:
    """The pages for one reader's language.

    Attributes:
        asked: Whether the reader asked for the language in the address; links then keep it.
        timezone: In which days are given.
    """

    newsletter: Newsletter
    taxonomy: Taxonomy
    language: str
    asked: bool = False
    timezone: dt.tzinfo = dt.UTC

    @property
    def home_path(self) -> str:
        return _path(home_url(self.newsletter.base_url, self._kept))

    def home(self, documents: Iterable[Document], description: str) -> HomePage:
        """The list of issues, in the order of *documents*."""
        title = self._set(self.newsletter.title_in(self.language))
        head = self._head(title, description, lambda language: home_url(self.newsletter.base_url, language))
        return HomePage(head, tuple(self._entry(document) for document in documents))

    def issue(self, document: Document, withdrawn: Iterable[Withdrawal] = ()) -> IssuePage:
        """A whole issue, with the articles that were withdrawn from it."""
        month = Month.parse(document.month)
        introduction = _in(document.introduction_html, self.language)
        description = excerpt(introduction, _DESCRIPTION) or _listed(document)
        head = self._head(
            _in(document.subject, self.language),
            description,
            lambda language: issue_url(self.newsletter.base_url, month, language),
        )
        articles = tuple(self._view(month, _below_heading(article)) for article in document.articles)
        notices = tuple(one for one in document.notices if self.language in (one.languages or (self.language,)))
        lines = tuple(self._withdrawn_line(one) for one in withdrawn)
        return IssuePage(head, month, introduction, articles, notices, lines)

    def article(self, document: Document, slug: str) -> ArticlePage | None:
        """The permalink of one article; None if the issue has none of that name."""
        found = next((article for article in document.articles if article.slug == slug), None)
        if found is None:
            return None
        month = Month.parse(document.month)
        head = self._head(
            found.title,
            excerpt(found.html, _DESCRIPTION),
            lambda language: article_url(self.newsletter.base_url, month, slug, language),
        )
        others = tuple(self._line(month, article) for article in document.articles if article.slug != slug)
        subject = _in(document.subject, self.language)
        return ArticlePage(head, month, subject, self._issue_path(month), self._view(month, found), others)

    def withdrawn(self, document: Document, slug: str, withdrawn: Iterable[Withdrawal]) -> WithdrawnPage | None:
        """The permalink of an article that was withdrawn from the issue; None if none of that name was.

        Args:
            document: The issue as it is now.
        """
        found = next((one for one in withdrawn if one.slug == slug), None)
        if found is None:
            return None
        reason, other = self._reason(found)
        return WithdrawnPage(
            self._withdrawn_head(found),
            found.month,
            _in(document.subject, self.language),
            self._issue_path(found.month),
            found,
            self._day(found),
            reason,
            other,
            tuple(self._line(found.month, article) for article in document.articles),
        )

    def versions(self, address: Callable[[str], str]) -> tuple[Version, ...]:
        """A page's switch, from a function that gives its absolute address in a language."""
        return tuple(
            Version(language, language_name(language), address(language), _path(address(language)))
            for language in self.newsletter.languages
        )

    @property
    def _kept(self) -> str | None:
        return self.language if self.asked else None

    def _head(self, title: str, description: str, address: Callable[[str | None], str]) -> Head:
        return Head(title, description, address(self._kept), self.versions(address))

    def _withdrawn_head(self, one: Withdrawal) -> Head:
        return self._head(
            one.title,
            self._reason(one)[0],
            lambda language: article_url(self.newsletter.base_url, one.month, one.slug, language),
        )

    def _reason(self, one: Withdrawal) -> tuple[str, str | None]:
        reason, other = one.reason_in(self.language)
        return typographic(reason, language_of(reason, other or self.language)), other

    def _withdrawn_line(self, one: Withdrawal) -> WithdrawnLine:
        path = _path(article_url(self.newsletter.base_url, one.month, one.slug, self._kept))
        return WithdrawnLine(one.title, one.language, path, self._day(one))

    def _day(self, one: Withdrawal) -> str:
        return day_name(one.withdrawn_at.astimezone(self.timezone).date(), self.language)

    def _entry(self, document: Document) -> IssueEntry:
        month = Month.parse(document.month)
        lines = tuple(self._line(month, article) for article in document.articles)
        return IssueEntry(month, _in(document.subject, self.language), self._issue_path(month), lines)

    def _line(self, month: Month, article: WebArticle) -> ArticleLine:
        view = self._view(month, article)
        return ArticleLine(article.title, article.language, view.path, view.research_type, view.topics)

    def _view(self, month: Month, article: WebArticle) -> ArticleEntry:
        path = _path(article_url(self.newsletter.base_url, month, article.slug, self._kept))
        topics = tuple(self._set(self.taxonomy.name(topic, self.language)) for topic in article.topics)
        kind = article.research_type
        name = self._set(self.taxonomy.research_type_name(kind, self.language)) if kind else None
        return ArticleEntry(article, path, topics, name)

    def _set(self, text: str) -> str:
        return typographic(text, self.language)

    def _issue_path(self, month: Month) -> str:
        return _path(issue_url(self.newsletter.base_url, month, self._kept))


def _below_heading(article: WebArticle) -> WebArticle:
    """The article with the headings of its text one level lower, for a page on which its title is a second level."""
    implications = article.implications_html
    return replace(
        article,
        html=_lowered(article.html),
        implications_html=_lowered(implications) if implications else None,
    )


def _lowered(html: str) -> str:
    return _HEADING.sub(lambda tag: f"{tag[1]}{int(tag[2]) + 1}", html)


def _path(url: str) -> str:
    """The part of an address after the host: links stay on the host that the reader came to."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _in(values: dict[str, str], language: str) -> str:
    return values.get(language) or next(iter(values.values()), "")


def _listed(document: Document) -> str:
    titles = "; ".join(escape(article.title) for article in document.articles)
    return excerpt(titles, _DESCRIPTION)

"""Articles and notices as the mail templates see them, rendered once for all editions."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from digest.content.article import Article
from digest.content.issue_file import Notice
from digest.issue.addresses import article_url
from digest.issue.citations.citation import citation_html, citation_language, citation_text
from digest.issue.issue import Issue
from digest.rendering.headings import arrange
from digest.rendering.markdown import to_html
from digest.rendering.plain import html_to_text
from digest.rendering.typography import typographic, typographic_html
from digest.rendering.words import language_attributes, language_of, one_line


@dataclass(frozen=True)
class ArticleView:
    """An article for editions in one language: names are translated, and the Markdown starts below an h2."""

    title: str
    url: str
    lang: str | None  # the article's language, if it differs from the edition's
    about: str  # in the language of the edition; empty if it is not written in that language
    topics: tuple[str, ...]
    research_type: str | None
    author: str | None
    citation: str | None
    citation_html: Markup | None
    citation_lang: str | None  # the citation's language, if it differs from the edition's
    html: Markup
    text: str
    implications_html: Markup | None
    implications_text: str | None


@dataclass(frozen=True)
class NoticeView:
    """A notice, rendered below an h3.

    Attributes:
        language: The language it is written in; None if its words don't show it.
    """

    title: str
    html: Markup
    text: str
    link: str
    language: str | None


@dataclass(frozen=True)
class Rendered:
    """A text as safe HTML and as plain text."""

    html: str
    text: str

    @classmethod
    def of(cls, markdown: str, base_url: str, *, language: str, top: int) -> "Rendered":
        """Render Markdown with the quotation marks of *language*; its highest heading gets the level *top*."""
        html = typographic_html(arrange(to_html(markdown, base_url=base_url), top=top), language)
        return cls(html, html_to_text(html))

    def marked(self, language: str) -> "Rendered":
        """The same text, with its HTML in an element that names its *language*."""
        return Rendered(f"<div{language_attributes(language)}>\n{self.html}\n</div>", self.text)


def article_views(issue: Issue, language: str) -> tuple[ArticleView, ...]:
    """Every article of the issue, in its order."""
    return tuple(_article_view(issue, article, language) for article in issue.articles)


def notice_views(issue: Issue, language: str) -> tuple[NoticeView, ...]:
    """Every notice that the issue has in *language*."""
    return tuple(
        _notice_view(notice, issue.newsletter.base_url, language) for notice in issue.file.wording(language).notices
    )


def _article_view(issue: Issue, article: Article, language: str) -> ArticleView:
    base_url = issue.newsletter.base_url
    body = Rendered.of(article.body, base_url, language=article.language, top=3)
    implications = _implications(article, base_url)
    citation = citation_html(article)
    cited_in = citation_language(article)
    return ArticleView(
        title=typographic(one_line(article.title), article.language),
        url=article_url(base_url, issue.month, article.slug),
        lang=article.language if article.language != language else None,
        about=typographic(one_line(article.about.get(language, "")), language),
        topics=_topic_names(issue, article.topics, language),
        research_type=_research_type_name(issue, article.research_type, language),
        author=typographic(one_line(article.author), article.language) if article.author else None,
        citation=citation_text(article),
        citation_html=Markup(citation) if citation is not None else None,  # noqa: S704 - citation_html escapes
        citation_lang=cited_in if cited_in != language else None,
        html=Markup(body.html),  # noqa: S704 - to_html sanitises
        text=body.text,
        implications_html=Markup(implications.html) if implications else None,  # noqa: S704 - to_html sanitises
        implications_text=implications.text if implications else None,
    )


def _topic_names(issue: Issue, topics: Sequence[str], language: str) -> tuple[str, ...]:
    taxonomy = issue.taxonomy
    return tuple(typographic(taxonomy.name(topic, language), language) for topic in taxonomy.in_order(topics))


def _research_type_name(issue: Issue, research_type: str | None, language: str) -> str | None:
    if not research_type:
        return None
    name = typographic(issue.taxonomy.research_type_name(research_type, language), language)
    return name[:1].upper() + name[1:]


def _implications(article: Article, base_url: str) -> Rendered | None:
    if not article.implications:
        return None
    return Rendered.of(article.implications, base_url, language=article.language, top=4)


def _notice_view(notice: Notice, base_url: str, shown_in: str) -> NoticeView:
    found = language_of(f"{notice.title} {notice.body}", "") or None
    language = found or shown_in
    body = Rendered.of(notice.body, base_url, language=language, top=4)
    title = typographic(one_line(notice.title), language)
    return NoticeView(title, Markup(body.html), body.text, notice.link, found)  # noqa: S704 - to_html sanitises

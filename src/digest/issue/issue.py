"""An issue: one month's articles with subject, introduction and notices."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from digest.content.article import Article, Study
from digest.content.issue_file import IssueFile
from digest.issue.edition import Edition
from digest.issue.newsletter import Newsletter
from digest.months import Month
from digest.topics import Taxonomy


class IssueState(StrEnum):
    """How far an issue is on its way to being sent."""

    COLLECTING = "collecting"
    ASSEMBLED = "assembled"
    APPROVED = "approved"


@dataclass(frozen=True)
class Issue:
    """What the editor wrote for one month, in the order in which it is printed.

    Attributes:
        taxonomy: Gives the names of topics and research types; without it, readers see slugs.
    """

    month: Month
    articles: tuple[Article, ...]
    file: IssueFile
    newsletter: Newsletter
    taxonomy: Taxonomy = field(default_factory=Taxonomy)

    @property
    def source_hash(self) -> str:
        """SHA-256 over everything that an editor can change: a changed source asks for a new proof."""
        parts = {
            "articles": [[article.slug, article.source] for article in self.articles],
            "issue": self.file.source,
            "newsletter": asdict(self.newsletter),
            "names": self._names(),
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True, default=dict).encode()).hexdigest()

    def _names(self) -> list[list[str]]:
        """What the issue shows of the taxonomy, so that another topic's new name asks for no new proof."""
        topics = sorted({topic for article in self.articles for topic in article.topics})
        types = sorted({article.research_type for article in self.articles if article.research_type})
        return [
            [
                *(self.taxonomy.name(topic, language) for topic in topics),
                *(self.taxonomy.research_type_name(research_type, language) for research_type in types),
            ]
            for language in self.newsletter.languages
        ]


@dataclass(frozen=True)
class WebArticle:
    """An article as the archive shows it: rendered and safe HTML, no personal link.

    Attributes:
        study: The published study by fields; None: the editor gave none, or a version froze it that did not keep them.
    """

    slug: str
    title: str
    language: str
    about: str
    html: str
    implications_html: str | None
    citation: str | None
    citation_html: str | None  # with the DOI as a link
    doi: str | None
    topics: tuple[str, ...]
    research_type: str | None
    author: str | None
    study: Study | None = None


@dataclass(frozen=True)
class WebNotice:
    """A notice, rendered.

    Attributes:
        languages: Languages of the pages that show it; empty for all.
        language: The language it is written in; None if that is not known.
    """

    title: str
    html: str
    link: str
    languages: tuple[str, ...] = ()
    language: str | None = None


@dataclass(frozen=True)
class Document:
    """The issue as the archive keeps it; values by language where the languages differ."""

    month: str
    subject: dict[str, str]
    introduction_html: dict[str, str]
    articles: tuple[WebArticle, ...]
    notices: tuple[WebNotice, ...]


@dataclass(frozen=True)
class FrozenIssue:
    """The bytes that are approved, sent and published, under one hash.

    Attributes:
        sources: See `digest.issue.sources.sources_of`; empty: an older version froze it, which did not keep them.
    """

    month: Month
    source_hash: str
    document: Document
    editions: tuple[Edition, ...]
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def hash(self) -> str:
        """SHA-256 over the document and every byte and header of every edition."""
        hashed = {name: value for name, value in asdict(self).items() if name != "sources"}
        for article in hashed["document"]["articles"]:
            if article["study"] is None:
                del article["study"]  # so that bytes frozen before there were studies keep their hash
        text = json.dumps(hashed, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

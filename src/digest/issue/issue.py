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
    """How far an issue has come."""

    COLLECTING = "collecting"
    ASSEMBLED = "assembled"
    APPROVED = "approved"


@dataclass(frozen=True)
class Issue:
    """What the editor wrote for one month, in printed order.

    Attributes:
        taxonomy: The names of topics and research types; without it, readers see slugs.
    """

    month: Month
    articles: tuple[Article, ...]
    file: IssueFile
    newsletter: Newsletter
    taxonomy: Taxonomy = field(default_factory=Taxonomy)

    @property
    def source_hash(self) -> str:
        """SHA-256 of everything that an editor can change. If it changes, the issue needs a new approval."""
        parts = {
            "articles": [[article.slug, article.source] for article in self.articles],
            "issue": self.file.source,
            "newsletter": asdict(self.newsletter),
            "names": self._names(),
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True, default=dict).encode()).hexdigest()

    def _names(self) -> list[list[str]]:
        """The names this issue shows, so that renaming a topic it does not use requires no new approval."""
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
    """An article as the archive shows it: safe HTML without personal links.

    Attributes:
        about: What completes "This month: A, B, and C" in the language of the article; its title if the editor wrote
            nothing for it.
        phrases: What completes it, by language; None if an older version of digest froze the issue.
        study: The fields of the study; None if the editor gave none, or if an older version of digest froze the issue.
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
    phrases: dict[str, str] | None = None


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
    """The issue as the archive keeps it; dictionaries hold one value per language."""

    month: str
    subject: dict[str, str]
    introduction_html: dict[str, str]
    articles: tuple[WebArticle, ...]
    notices: tuple[WebNotice, ...]


@dataclass(frozen=True)
class FrozenIssue:
    """The bytes that are approved, sent and published, under one hash.

    Attributes:
        sources: See `digest.issue.sources.sources_of`; empty if an older version of digest froze the issue.
    """

    month: Month
    source_hash: str
    document: Document
    editions: tuple[Edition, ...]
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def hash(self) -> str:
        """SHA-256 of the document, and of every body and header of every edition."""
        hashed = {name: value for name, value in asdict(self).items() if name != "sources"}
        # so that issues frozen before these fields existed keep their hash
        for kind, names in (("articles", ("study", "phrases")), ("notices", ("language",))):
            for part in hashed["document"][kind]:
                for name in [one for one in names if part[one] is None]:
                    del part[name]
        text = json.dumps(hashed, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

"""The texts that an editor wrote for a month, each with its place."""

from collections.abc import Iterator
from dataclasses import dataclass

from digest.content.article import Article
from digest.content.issue_file import IssueWording
from digest.errors import Place
from digest.issue.citations.citation import citation_language
from digest.issue.issue import Issue
from digest.rendering.words import language_of


@dataclass(frozen=True)
class Piece:
    """A text and where it begins. `line` is None if only the file is known."""

    text: str
    file: str
    line: int | None
    language: str  # a tag; empty if the text is for every language and its words do not say
    is_markdown: bool = True

    def place(self, line: int) -> Place:
        """The place in the file of line *line* of the text, counted from 1."""
        return Place(self.file, self.line + line - 1 if self.line else None)


def issue_place(issue: Issue) -> Place:
    """The place of the issue file, even if it does not exist."""
    return issue.file.place or Place(f"articles/{issue.month}/issue.md")


def key_place(issue: Issue, key: str) -> Place:
    """The place of a key in the issue file; only the file if the key is not in the front matter."""
    return Place(issue_place(issue).file, issue.file.lines.get(key))


def markdown(issue: Issue) -> Iterator[Piece]:
    """Every Markdown text of the issue."""
    return (piece for piece in pieces(issue) if piece.is_markdown)


def pieces(issue: Issue) -> Iterator[Piece]:
    """Every text that readers see, in the order of the issue."""
    for wording, language in zip(issue.file.wordings, ("", *issue.file.by_language), strict=True):
        yield from _of_wording(issue, wording, language)
    for article in issue.articles:
        yield from of_article(article)


def _of_wording(issue: Issue, wording: IssueWording, language: str) -> Iterator[Piece]:
    file = issue_place(issue).file
    for key in ("subject", "preheader"):
        text = getattr(wording, key)
        yield Piece(text, file, issue.file.lines.get(key), language_of(text, language), is_markdown=False)
    yield Piece(wording.introduction, file, None, language_of(wording.introduction, language))
    for notice in wording.notices:
        written_in = language_of(f"{notice.title} {notice.body}", language)
        yield Piece(notice.title, file, None, written_in, is_markdown=False)
        yield Piece(notice.body, file, None, written_in)


def of_article(article: Article) -> Iterator[Piece]:
    """Every text of one article."""
    file, own = article.place.file, article.language
    lines = [("title", article.title, own), ("citation", article.citation, citation_language(article))]
    lines += [("about", phrase, language) for language, phrase in article.about.items()]
    for key, line, language in (*lines, ("author", article.author, own)):
        yield Piece(line or "", file, article.lines.get(key), language, is_markdown=False)
    yield Piece(article.body, file, article.lines.get("body"), own)
    yield Piece(article.implications or "", file, article.lines.get("implications"), own)

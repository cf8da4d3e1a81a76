"""The texts that an editor wrote for a month, each with its place."""

from collections.abc import Iterator
from dataclasses import dataclass

from digest.content.article import Article
from digest.errors import Place
from digest.issue.issue import Issue


@dataclass(frozen=True)
class Piece:
    """A text and where it begins. `line` is None if only the file is known."""

    text: str
    file: str
    line: int | None
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
    file = issue_place(issue).file
    for wording in issue.file.wordings:
        for key in ("subject", "preheader"):
            yield Piece(getattr(wording, key), file, issue.file.lines.get(key), is_markdown=False)
        yield Piece(wording.introduction, file, None)
        for notice in wording.notices:
            yield Piece(notice.title, file, None, is_markdown=False)
            yield Piece(notice.body, file, None)
    for article in issue.articles:
        yield from of_article(article)


def of_article(article: Article) -> Iterator[Piece]:
    """Every text of one article."""
    file = article.place.file
    lines = [(key, getattr(article, key) or "") for key in ("title", "citation", "author")]
    for key, line in (*lines, *(("about", phrase) for phrase in article.about.values())):
        yield Piece(line, file, article.lines.get(key), is_markdown=False)
    yield Piece(article.body, file, article.lines.get("body"))
    yield Piece(article.implications or "", file, article.lines.get("implications"))

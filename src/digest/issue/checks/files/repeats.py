"""Finds studies that were already summarized."""

import re
from collections.abc import Iterator, Sequence

from digest.content.article import Article
from digest.issue.checks.codes import warning
from digest.issue.checks.files.shelf import Shelf
from digest.issue.citations.citation import doi_of
from digest.issue.findings import Finding
from digest.issue.issue import Issue

# "(2021). The title." in a citation; the title ends where a capital follows its full stop.
_TITLE = re.compile(r"\((?:\d{4}[a-z]?|in press)[^)]{0,40}\)\.\s+(.+?[.?!])(?=\s+[^\W\d_]|$)")
_SHORTEST = 20  # letters; a short title such as "A study" proves nothing


def repeat_findings(issue: Issue, shelf: Shelf) -> Iterator[Finding]:
    """Find articles about a study that an earlier article, of this month or another one, is about."""
    for number, article in enumerate(issue.articles):
        earlier = _first_on_the_same(article, (*shelf.before(issue.month), *issue.articles[:number]))
        if earlier is not None:
            problem = f"{earlier.place.file} covers the same study"
            remedy = "remove one of them, or suppress this finding and say what is new"
            yield warning("repeated-study", problem, remedy, article.at("study" if article.study else "citation"))


def _first_on_the_same(article: Article, others: Sequence[Article]) -> Article | None:
    marks = _marks(article)
    return next((other for other in others if marks & _marks(other)), None)


def _marks(article: Article) -> set[str]:
    """What identifies the study: its DOI in any case, and the letters and digits of its title."""
    doi = doi_of(article)
    titles = {_letters(article.study.title)} if article.study else set()
    if match := _TITLE.search(article.citation or ""):
        titles.add(_letters(match[1]))
    titles.add(_letters(article.title))
    return {title for title in titles if len(title) >= _SHORTEST} | ({doi.casefold()} if doi else set())


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())

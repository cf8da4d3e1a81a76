"""Checks the number of articles, and what each of them is missing."""

import re
from collections.abc import Iterator

from digest.content.article import Article
from digest.content.doi import PREFIX, bare_doi
from digest.errors import Place
from digest.issue.checks.codes import error, warning
from digest.issue.findings import Finding
from digest.issue.issue import Issue
from digest.issue.newsletter import IssueRules
from digest.topics import Taxonomy

_DOI = re.compile(r"10\.\d{4,9}/[^\s/]\S*")  # DOI Handbook, 2.2
_CLAIMED_DOI = re.compile(rf"{PREFIX}+([^\s<>\"]*)", re.IGNORECASE)


def count_findings(issue: Issue, rules: IssueRules) -> Iterator[Finding]:
    """Check that the number of articles follows the rules."""
    number = len(issue.articles)
    if number == 0:
        yield error(
            "no-article", f"{issue.month} has no articles", "add one, or import one with digest articles import"
        )
    elif number > rules.never_more_than:
        problem = f"{issue.month} has {number} articles, more than {rules.never_more_than}"
        yield error("too-many-articles", problem, "move an article to another month")
    elif not rules.at_least <= number <= rules.at_most:
        problem = f"{issue.month} has {number} article{'s' if number > 1 else ''}"
        remedy = f"an issue usually has {rules.at_least} to {rules.at_most}: add or move one, or keep it as it is"
        yield warning("article-count", problem, remedy)


def article_findings(article: Article, taxonomy: Taxonomy) -> Iterator[Finding]:
    """Find what one article is missing."""
    if not article.topics:
        remedy = "choose at least one: digest topics lists all topics"
        yield error(
            "no-topic",
            "the article has no topic, so readers who chose topics will not get it",
            remedy,
            article.at("topics"),
        )
    yield from _dois(article)
    if not article.implications:
        remedy = 'add a section "## Practice implications"'
        yield warning("no-implications", "the article has no practice implications", remedy, article.at("body"))
    yield from _citation(article)
    yield from _research_type(article, taxonomy)
    if not article.author:
        yield warning(
            "no-author",
            "the article has no author",
            "add author: with the name of the person who wrote the summary",
            article.place,
        )


def _citation(article: Article) -> Iterator[Finding]:
    if not article.citation:
        yield warning(
            "no-citation", "the article has no citation", "add citation: with the reference to the study", article.place
        )
    elif article.citation_html and (lacking := _lacking(article)):
        problem = f"the citation is built from study:, which is missing {' and '.join(lacking)}"
        yield warning("no-citation", problem, "add what is missing, or write citation: yourself", article.at("study"))


def _lacking(article: Article) -> list[str]:
    study = article.study
    assert study is not None  # a citation is composed only from a study
    needed = {
        "authors": study.authors,
        "year": study.year,
        "journal": study.journal or study.book_title or study.publisher,
    }
    return [name for name, value in needed.items() if not value]


def _research_type(article: Article, taxonomy: Taxonomy) -> Iterator[Finding]:
    known = {research_type.slug for research_type in taxonomy.research_types}
    if not article.research_type:
        remedy = f"add research_type: with one of {', '.join(sorted(known))}" if known else "add research_type:"
        yield warning("no-research-type", "the article has no research type", remedy, article.place)
    elif known and article.research_type not in known:
        problem = f"research type {article.research_type!r} has no name in the configuration"
        remedy = f"use one of {', '.join(sorted(known))}, or add it to research_types"
        yield warning("unknown-research-type", problem, remedy, article.at("research_type"))


def _dois(article: Article) -> Iterator[Finding]:
    own = bare_doi(article.study.doi) if article.study else ""
    claimed: list[tuple[str, Place]] = [(own, article.at("study.doi"))] if own else []
    claimed += [(doi, article.at("citation")) for doi in _CLAIMED_DOI.findall(article.citation or "")]
    for doi, place in claimed:
        if not _DOI.fullmatch(doi):
            problem = f"{doi!r} is not a DOI" if doi else "the DOI is missing"
            yield error("malformed-doi", problem, "write it like 10.1000/xyz123, or remove it", place)

"""Import saved pages of the blog as article files. Importing again keeps what the editor has changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from digest.characters import line_fault, tidy_line
from digest.content.article import Article
from digest.content.html_listing import is_html, parse_html_listing
from digest.content.library import Library, read_source
from digest.content.listing import Entry, parse_listing
from digest.content.reading.article_file import parse_article
from digest.content.reading.faults import each
from digest.content.slugs import slug_for
from digest.content.writing.article_text import add_topics, compose_article
from digest.errors import ContentError, DigestError, Place
from digest.months import Month
from digest.pipeline.issue.import_order import keep_order
from digest.topics import Taxonomy


@dataclass(frozen=True)
class ArticleImportReport:
    """What an import did: articles as "MONTH/SLUG" in the order of the pages, each in one group only."""

    created: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: tuple[str, ...]
    errors: tuple[ContentError, ...]
    ordered: tuple[str, ...] = ()  # months whose issue file got the order of the page


def import_articles(
    library: Library, taxonomy: Taxonomy, sources: Sequence[Path], *, topics: Sequence[str], author: str | None
) -> ArticleImportReport:
    """
    Write one article file for each article of the saved pages.

    Args:
        sources: Saved web pages, text files with one paragraph a line, and folders of both.
        topics: Slugs, names or aliases. New files get all of them. Existing files get the ones they lack, and nothing
            else in them changes.
        author: Written into new files only.

    Returns:
        What was done. A file or article that can't be parsed is reported as an error; the others are imported.

    Raises:
        DigestError: A topic is unknown, or the author is not a single line. Nothing was written.
    """
    slugs = _resolve(topics, taxonomy)
    author = tidy_line(author or "") or None
    if author is not None and (fault := line_fault(author)):
        raise DigestError(f"the author has {fault.what}: {fault.remedy}")
    run = _Import(library, slugs, author)
    for source in sources:
        run.add_all(source)
    return run.report()


def _resolve(words: Sequence[str], taxonomy: Taxonomy) -> tuple[str, ...]:
    slugs: dict[str, None] = {}
    for word in words:
        slug = taxonomy.resolve(word)
        if slug is None:
            close = taxonomy.nearest(word)
            advice = f"did you mean {close!r}?" if close else "`digest topics` lists them"
            raise DigestError(f"there is no topic {word!r}: {advice}")
        slugs[slug] = None
    return tuple(slugs)


@dataclass
class _Import:
    library: Library
    topics: tuple[str, ...]
    author: str | None
    done: dict[str, str] = field(default_factory=dict)  # "MONTH/SLUG" -> created, updated or unchanged
    errors: list[ContentError] = field(default_factory=list)
    ordered: dict[Month, None] = field(default_factory=dict)
    slugs: dict[Month, dict[str, str]] = field(default_factory=dict)  # of each month, by title
    claimed: dict[tuple[Month, str], str] = field(default_factory=dict)  # title that a slug went to in this run

    def add_all(self, source: Path) -> None:
        """Import one page, or every page of a folder in the order of their names."""
        if not source.is_dir():
            self.add(source)
            return
        pages = [path for path in sorted(source.iterdir()) if path.suffix.casefold() in _PAGES and path.is_file()]
        if not pages:
            advice = f"save pages there, with names that end in {', '.join(_PAGES)}"
            self.errors.append(ContentError(Place(str(source)), "the folder has no page", advice))
        for path in pages:
            self.add(path)

    def add(self, source: Path) -> None:
        """Import one page."""
        try:
            text = read_source(source)
            parse = parse_html_listing if is_html(text, source.name) else parse_listing
            listing = parse(text, str(source))
        except ContentError as error:
            self.errors.append(error)
            return
        self.errors.extend(listing.errors)
        before = set(self.done)
        page: dict[Month, list[str]] = {}
        for entry in listing.entries:
            try:
                slug = self._place(entry, str(source))
                page.setdefault(entry.month, []).append(slug)
            except ContentError as error:
                self.errors.extend(each(error))
        for month, slugs in page.items():
            self._keep_order(month, list(dict.fromkeys(slugs)), before)

    def report(self) -> ArticleImportReport:
        """What was done so far."""
        groups = {group: tuple(name for name, one in self.done.items() if one == group) for group in _GROUPS}
        return ArticleImportReport(**groups, errors=tuple(self.errors), ordered=tuple(map(str, self.ordered)))

    def _keep_order(self, month: Month, slugs: list[str], before: set[str]) -> None:
        created = [one for one in slugs if self.done[f"{month}/{one}"] == "created" and f"{month}/{one}" not in before]
        try:
            if created and keep_order(self.library, month, slugs, created):
                self.ordered[month] = None
        except ContentError as error:
            self.errors.extend(each(error))

    def _place(self, entry: Entry, source: str) -> str:
        by_title = self._by_title(entry.month)
        slug = by_title.get(_title_key(entry.title)) or self._free_slug(entry)
        self.claimed[entry.month, slug] = by_title_key = _title_key(entry.title)
        text = self.library.text(entry.month, slug)
        if text is None:
            self._create(entry, slug, source)
            outcome = "created"
        else:
            outcome = "updated" if self._update(entry.month, slug, text) else "unchanged"
        by_title[by_title_key] = slug
        self.done.setdefault(f"{entry.month}/{slug}", outcome)
        return slug

    def _by_title(self, month: Month) -> dict[str, str]:
        if month not in self.slugs:
            articles = self.library.load(month).articles
            self.slugs[month] = {_title_key(article.title): article.slug for article in articles}
        return self.slugs[month]

    def _free_slug(self, entry: Entry) -> str:
        """The slug made from the title, with a number if another title of this run has it."""
        wanted = slug_for(entry.title)
        return next(slug for slug in _numbered(wanted) if (entry.month, slug) not in self.claimed)

    def _create(self, entry: Entry, slug: str, source: str) -> None:
        text = compose_article(entry, topics=self.topics, author=self.author)
        try:
            parse_article(text, slug=slug, month=entry.month, file=source, taxonomy=self.library.taxonomy)
        except ContentError as error:
            place = Place(source, entry.line)
            raise ContentError(place, f"{entry.title!r} can't be an article: {error.problem}", error.remedy) from None
        self.library.create(entry.month, slug, text)

    def _update(self, month: Month, slug: str, text: str) -> bool:
        file = self.library.name(month, f"{slug}.md")
        taxonomy = self.library.taxonomy
        article = parse_article(text, slug=slug, month=month, file=file, taxonomy=taxonomy)
        missing = [topic for topic in self.topics if topic not in article.topics]
        if not missing:
            return False
        edited = add_topics(text, missing, file)
        self._require_only_topics(article, edited, missing)
        self.library.replace(month, slug, edited)
        return True

    def _require_only_topics(self, article: Article, edited: str, missing: Sequence[str]) -> None:
        """Refuse an edit that would change more than the topics. A person has to edit unusual YAML."""
        file, taxonomy = article.place.file, self.library.taxonomy
        try:
            after = parse_article(edited, slug=article.slug, month=article.month, file=file, taxonomy=taxonomy)
        except ContentError:
            after = None
        wanted = replace(article, topics=(*article.topics, *missing), source=edited)
        if after is None or replace(after, lines=article.lines) != wanted:
            advice = f"add {', '.join(missing)} by hand"
            raise ContentError(article.at("topics"), "topics can't be added to this front matter", advice)


_PAGES = (".html", ".htm", ".xhtml", ".txt")
_GROUPS = ("created", "updated", "unchanged")


def _title_key(title: str) -> str:
    return " ".join(title.split()).casefold()


def _numbered(slug: str) -> Iterator[str]:
    yield slug
    number = 2
    while True:
        yield f"{slug}-{number}"
        number += 1

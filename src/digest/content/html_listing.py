"""The importer's parser of saved web pages: a listing of a blog, or one of its posts, as HTML.

Blogs mark each post and its parts by elements and classes: the names below are those of WordPress, of Drupal and its
views, and of microformats, which many themes follow. If a page marks no posts, its headings are the titles below each
month.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import lxml.html  # type: ignore[import-untyped]
from lxml.etree import LxmlError  # type: ignore[import-untyped]

from digest.characters import visible
from digest.content.body import is_implications_heading
from digest.content.listing import Entry, Line, Listing, make_entry, month_in, read_lines
from digest.errors import ContentError, Place
from digest.months import Month

_POSTS = frozenset({"hentry", "post", "blog-post", "post-item", "views-row", "node", "post-card"})
_TITLES = frozenset(
    {"entry-title", "post-title", "views-field-title", "node-title", "node__title", "field--name-title", "p-name"}
)
_DATES = frozenset(
    {
        "entry-date",
        "post-date",
        "posted-on",
        "views-field-created",
        "field--name-created",
        "submitted",
        "date",
        "dt-published",
    }
    | {"node__submitted", "published", "views-field-field-date", "post-full-meta-date", "node__meta"}
)
_ASIDE = frozenset(
    {"entry-meta", "entry-footer", "post-meta", "cat-links", "tags-links", "tags", "byline", "author", "comments-link"}
    | {
        "comments-area",
        "sharedaddy",
        "jp-relatedposts",
        "post-navigation",
        "pagination",
        "pager",
        "nav-links",
        "breadcrumb",
    }
    | {"sidebar", "widget", "links", "field--name-field-tags", "views-field-field-tags", "field--type-entity-reference"}
    | {
        "screen-reader-text",
        "visually-hidden",
        "addtoany_share_save_container",
        "wp-caption-text",
        "skip-link",
        "node__links",
    }
)
_SKIPPED = frozenset(
    {
        "script",
        "style",
        "nav",
        "aside",
        "footer",
        "form",
        "noscript",
        "template",
        "svg",
        "button",
        "iframe",
        "figure",
        "head",
    }
)
_BLOCKS = frozenset(
    {
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "ul",
        "ol",
        "blockquote",
        "pre",
        "div",
        "section",
        "article",
        "main",
    }
    | {"table", "tr", "td", "th", "dl", "dt", "dd", "header", "body", "hr", "address", "details", "summary"}
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_MORE = re.compile(
    r"\W*(?:read (?:more|on|the rest)|continue reading|more|(?:en )?lire (?:la suite|plus)|(?:la )?suite)\b.{0,120}",
    re.IGNORECASE,
)
_ISO = re.compile(r"\b(\d{4})-(\d{2})(?:-\d{2})?")
_IN_WORDS = re.compile(r"([^\W\d_]{3,})\.?(?:\s+\d{1,2}(?:st|nd|rd|th|er)?,?)?\s+(\d{4})\b")
_ADVICE = (
    "save a listing that shows the date of each article, or each month (such as September 2022) above its articles"
)


def is_html(text: str, name: str) -> bool:
    """Whether a saved page is HTML, by its name or its first words."""
    start = text.lstrip("\ufeff \t\n")[:15].casefold()
    return name.casefold().endswith((".html", ".htm", ".xhtml")) or start.startswith(("<!doctype html", "<html"))


def parse_html_listing(text: str, file: str) -> Listing:
    """
    Read a saved web page.

    Args:
        file: The page's name in errors.

    Returns:
        The articles that were understood, and an error with its line for each of the others. Menus, sidebars, comments
        and the names of authors and categories are skipped.
    """
    try:
        root = lxml.html.document_fromstring(text.removeprefix("\ufeff").encode(), parser=_parser())
    except (LxmlError, ValueError):
        return Listing((), (ContentError(Place(file), "this page has no HTML", "save the page again"),))
    posts = list(_posts(root))
    if not posts:
        return _by_headings(root, file)
    entries: list[Entry] = []
    errors: list[ContentError] = []
    above = _months_above(root, posts)
    for post in posts:
        try:
            entries.append(_entry(post, above.get(post), file))
        except ContentError as error:
            errors.append(error)
    return Listing(tuple(entries), tuple(errors))


def _parser() -> lxml.html.HTMLParser:
    return lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)


def _entry(post: lxml.html.HtmlElement, above: Month | None, file: str) -> Entry:
    place = Place(file, post.sourceline or 1)
    title = _title(post)
    if title is None or not (name := _text(title)):
        raise ContentError(place, "this article has no title", "save the page with titles, or write the file yourself")
    month = _month_of(post) or above
    if month is None:
        raise ContentError(place, f"{name!r} has no date", _ADVICE)
    if _is_cut_short(post):
        advice = "save the article's own page, or a listing with whole texts"
        raise ContentError(place, f"the page has only the beginning of {name!r}", advice)
    own = Line(title.sourceline or place.line or 1, name)
    lines = [own, *(block.line for block in _blocks(post, leave=title) if block.line.plain != own.plain)]
    return make_entry(month, _language(post), lines, file, may_be_wrapped=False)


def _by_headings(root: lxml.html.HtmlElement, file: str) -> Listing:
    """Read a page that marks no posts: months and titles are headings, or lines as in a text."""
    blocks = _blocks(root)
    first = next((number for number, block in enumerate(blocks) if month_in(block.line.plain)), len(blocks))
    titles = [block for block in blocks[first:] if block.is_title]
    highest = min((block.tag for block in titles), default="")
    marked = [block.line for block in titles if block.tag == highest]
    return read_lines([block.line for block in blocks], file, _ADVICE, marked)


@dataclass(frozen=True)
class _Block:
    """A paragraph, heading or item, and its element's name."""

    tag: str
    line: Line

    @property
    def is_title(self) -> bool:
        text = self.line.plain
        return self.tag in _HEADINGS and not is_implications_heading(text) and month_in(text) is None


class _Reader:
    """Collects the text of an element in blocks."""

    def __init__(self, leave: lxml.html.HtmlElement | None) -> None:
        self.blocks: list[_Block] = []
        self._leave = leave
        self._parts: list[str] = []
        self._start: tuple[str, int] = ("p", 1)

    def read(self, element: lxml.html.HtmlElement) -> None:
        """Read what is in *element*, in order."""
        is_block = element.tag in _BLOCKS
        if is_block:
            self.flush(element)
        self._parts.append(element.text or "")
        for child in element:
            if child.tag == "br":
                self._parts.append("\n")
            elif child is not self._leave and not _is_aside(child) and not _is_date(child):
                self.read(child)
                if child.tag in _BLOCKS:
                    self.flush(element)
            self._parts.append(child.tail or "")
        if is_block:
            self.flush(element)

    def flush(self, element: lxml.html.HtmlElement) -> None:
        """End a block; the next one begins in *element*."""
        tag, line = self._start
        for paragraph in re.split(r"\n[^\S\n]*\n", "".join(self._parts)):
            if text := visible(" ".join(paragraph.split())):
                self.blocks.append(_Block(tag, Line(line, text)))
        self._parts = []
        self._start = (element.tag, element.sourceline or line)


def _blocks(element: lxml.html.HtmlElement, leave: lxml.html.HtmlElement | None = None) -> list[_Block]:
    reader = _Reader(leave)
    reader.read(element)
    reader.flush(element)
    return reader.blocks


def _posts(element: lxml.html.HtmlElement) -> Iterator[lxml.html.HtmlElement]:
    """The outermost elements that are one post each."""
    inner = [post for child in element if not _is_aside(child) for post in _posts(child)]
    if not _is_post(element) or len(inner) > 1 or any(month_in(_text(one)) for one in element.iter(*_HEADINGS)):
        yield from inner
    else:
        yield element


def _is_post(element: lxml.html.HtmlElement) -> bool:
    return element.tag == "article" or bool(_POSTS & _classes(element))


def _is_aside(element: lxml.html.HtmlElement) -> bool:
    return element.tag in _SKIPPED or element.get("hidden") is not None or bool(_ASIDE & _classes(element))


def _is_date(element: lxml.html.HtmlElement) -> bool:
    return element.tag == "time" or bool(_DATES & _classes(element))


def _classes(element: lxml.html.HtmlElement) -> set[str]:
    return set((element.get("class") or "").casefold().split())


def _text(element: lxml.html.HtmlElement) -> str:
    return visible(" ".join(element.text_content().split()))


def _title(post: lxml.html.HtmlElement) -> lxml.html.HtmlElement | None:
    named = next((one for one in post.iter() if _TITLES & _classes(one)), None)
    return next(post.iter(*_HEADINGS), None) if named is None else named


def _month_of(post: lxml.html.HtmlElement) -> Month | None:
    """From its date, which may be beside what is skipped."""
    times = [time.get("datetime") or _text(time) for time in post.iter("time")]
    dates = [_text(one) for one in post.iter() if _DATES & _classes(one)]
    return next((month for text in (*times, *dates) if (month := _month_from(text))), None)


def _month_from(text: str) -> Month | None:
    if found := _ISO.search(text):
        return _month(int(found[1]), int(found[2]))
    for found in _IN_WORDS.finditer(text):
        if named := month_in(f"{found[1]} {found[2]}"):
            return named[0]
    return None


def _month(year: int, number: int) -> Month | None:
    try:
        return Month(year, number)
    except ValueError:
        return None


def _months_above(
    root: lxml.html.HtmlElement, posts: Sequence[lxml.html.HtmlElement]
) -> dict[lxml.html.HtmlElement, Month]:
    """The month that the last heading above each post names."""
    found: dict[lxml.html.HtmlElement, Month] = {}
    wanted, current = set(posts), None
    for element in root.iter():
        if element.tag in {*_HEADINGS, "caption", "summary"} and (named := month_in(_text(element))):
            current = named[0]
        if element in wanted and current is not None:
            found[element] = current
    return found


def _is_cut_short(post: lxml.html.HtmlElement) -> bool:
    links = [link for link in post.iter("a") if not any(_is_aside(one) for one in link.iterancestors())]
    return any("more-link" in _classes(link) or _MORE.fullmatch(_text(link)) for link in links)


def _language(post: lxml.html.HtmlElement) -> str:
    """French if the nearest `lang` says so, else English."""
    languages = (one.get("lang") or "" for one in (post, *post.iterancestors()))
    return "fr" if next(filter(None, languages), "").casefold().startswith("fr") else "en"

"""What RFC 4287 demands of a feed, as far as it can be read from the document."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

ATOM = "{http://www.w3.org/2005/Atom}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ONCE = {"feed": ("id", "title", "updated"), "entry": ("id", "title", "updated")}  # 4.1.1, 4.1.2
AT_MOST_ONCE = {
    "feed": ("generator", "icon", "logo", "rights", "subtitle"),
    "entry": ("content", "published", "rights", "source", "summary"),
}
KNOWN = {
    "feed": {*ONCE["feed"], *AT_MOST_ONCE["feed"], "author", "category", "contributor", "link", "entry"},
    "entry": {*ONCE["entry"], *AT_MOST_ONCE["entry"], "author", "category", "contributor", "link"},
}


def read(document: bytes) -> Element:
    """The root element; fails on what is not well-formed."""
    return ET.fromstring(document)


def problems(document: bytes) -> list[str]:
    """Every rule that the document breaks, in words."""
    feed = read(document)
    if feed.tag != f"{ATOM}feed":
        return [f"the root is {feed.tag}"]
    return list(_feed_problems(feed))


def _feed_problems(feed: Element) -> Iterator[str]:
    entries = feed.findall(f"{ATOM}entry")
    yield from _container("feed", feed)
    yield from _unique(entries)
    if not [link for link in feed.findall(f"{ATOM}link") if link.get("rel") == "self"]:
        yield "feed: no link to itself (4.1.1)"
    for entry in entries:
        yield from _container("entry", entry)
        yield from _content(entry)
        if feed.find(f"{ATOM}author") is None and entry.find(f"{ATOM}author") is None:
            yield "entry: neither it nor the feed has an author (4.1.2)"


def _container(kind: str, element: Element) -> Iterator[str]:
    counts = Counter(child.tag.removeprefix(ATOM) for child in element)
    yield from (f"{kind}: {counts[name]} {name}" for name in ONCE[kind] if counts[name] != 1)
    yield from (f"{kind}: {counts[name]} {name}" for name in AT_MOST_ONCE[kind] if counts[name] > 1)
    yield from (f"{kind}: {name} is not allowed" for name in counts if name not in KNOWN[kind])
    yield from _links(kind, element)
    for child in element:
        name = child.tag.removeprefix(ATOM)
        if name in {"updated", "published"}:
            yield from _date(kind, child)
        elif name in {"title", "subtitle", "rights", "summary"}:
            yield from _text(kind, child)
        elif name in {"author", "contributor"}:
            yield from _person(kind, child)
        elif name in {"id", "icon", "logo"} and not _is_absolute(child.text):
            yield f"{kind}: {name} {child.text!r} is not an absolute address (4.2.6)"
        elif name == "category" and not child.get("term"):
            yield f"{kind}: a category without term (4.2.2)"


def _links(kind: str, element: Element) -> Iterator[str]:
    alternates: Counter[tuple[str | None, str | None]] = Counter()
    for link in element.findall(f"{ATOM}link"):
        if not _is_absolute(link.get("href")):
            yield f"{kind}: a link to {link.get('href')!r} (4.2.7)"
        if link.get("rel", "alternate") == "alternate":
            alternates[link.get("type"), link.get("hreflang")] += 1
    yield from (f"{kind}: two alternates of {form} (4.1.1)" for form, count in alternates.items() if count > 1)


def _content(entry: Element) -> Iterator[str]:
    content = entry.find(f"{ATOM}content")
    if content is None:
        if not [link for link in entry.findall(f"{ATOM}link") if link.get("rel", "alternate") == "alternate"]:
            yield "entry: neither content nor alternate (4.1.2)"
    elif content.get("type") == "html" and len(content):
        yield "entry: HTML content with child elements (4.1.3.3)"


def _date(kind: str, element: Element) -> Iterator[str]:
    text = element.text or ""
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", text):
        yield f"{kind}: {text!r} is not a date (3.3)"
    else:
        dt.datetime.fromisoformat(text)


def _text(kind: str, element: Element) -> Iterator[str]:
    if element.get("type", "text") not in {"text", "html", "xhtml"}:
        yield f"{kind}: type {element.get('type')} (3.1.1)"
    if len(element) or not (element.text or "").strip():
        yield f"{kind}: {element.tag.removeprefix(ATOM)} is empty or has child elements (3.1.1.1)"


def _person(kind: str, element: Element) -> Iterator[str]:
    counts = Counter(child.tag.removeprefix(ATOM) for child in element)
    if counts["name"] != 1 or counts["uri"] > 1 or counts["email"] > 1:
        yield f"{kind}: a person with {dict(counts)} (3.2)"
    yield from (
        f"{kind}: address of a person {uri.text!r} (3.2.2)"
        for uri in element.findall(f"{ATOM}uri")
        if not _is_absolute(uri.text)
    )


def _unique(entries: list[Element]) -> Iterator[str]:
    ids = Counter((entry.findtext(f"{ATOM}id"), entry.findtext(f"{ATOM}updated")) for entry in entries)
    yield from (f"two entries {name} (4.1.1)" for name, count in ids.items() if count > 1)


def _is_absolute(address: str | None) -> bool:
    return bool(address and urlsplit(address).scheme and urlsplit(address).netloc)

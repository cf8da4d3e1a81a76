"""The HTML of every edition of the samples and of every notification, read by the parser of the HTML Standard."""

import re
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pytest
from mail_samples import make_note
from projects import opened

from digest.bootstrap.project import start_project
from digest.bootstrap.resources import shipped
from digest.content.library import Library
from digest.delivery.notifications import NotificationKind
from digest.issue.edition import Edition
from digest.issue.issue import Issue
from digest.issue.render import freeze
from digest.months import Month

MONTHS = sorted(path.name for path in shipped("articles").iterdir() if path.is_dir())
DOCS = Path(__file__).resolve().parents[2] / "docs" / "mail.md"

# HTML Standard, 16.2: attributes that authors must not use, of the elements that a mail is made of.
OBSOLETE = {
    ("body", name)
    for name in ("alink", "background", "bgcolor", "link", "marginheight", "marginwidth", "text", "vlink")
}
OBSOLETE |= {
    ("table", name)
    for name in ("align", "bgcolor", "border", "bordercolor", "cellpadding", "cellspacing", "frame", "height", "rules",
                 "summary", "width")
}  # fmt: skip
OBSOLETE |= {("tr", name) for name in ("align", "bgcolor", "char", "charoff", "height", "valign")}
OBSOLETE |= {
    ("td", name)
    for name in ("abbr", "align", "axis", "bgcolor", "char", "charoff", "height", "nowrap", "scope", "valign", "width")
}
OBSOLETE |= {("img", name) for name in ("align", "border", "hspace", "longdesc", "lowsrc", "name", "vspace")}
OBSOLETE |= {(tag, "align") for tag in ("div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "p")}
OBSOLETE |= {("hr", name) for name in ("color", "noshade", "size", "width")}
OBSOLETE |= {("br", "clear"), ("li", "type"), ("ul", "compact"), ("ul", "type"), ("ol", "compact"), ("pre", "width")}
OBSOLETE |= {("a", name) for name in ("charset", "coords", "name", "rev", "shape")}
OBSOLETE_ELEMENTS = {"center", "font", "big", "strike", "tt", "basefont", "marquee", "nobr"}


@pytest.fixture
def editions(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Edition, ...]:
    start_project(tmp_path)
    digest = opened(tmp_path)
    month = Month.parse(request.param)
    files = Library(shipped("articles"), digest.taxonomy).load(month)
    return freeze(
        Issue(month, files.articles, files.file, digest.newsletter, digest.taxonomy), digest.renderer
    ).editions


@cache
def allowed() -> set[tuple[str, str]]:
    """The obsolete attributes that docs/mail.md names, by element."""
    rows = re.findall(r"^\| `(\w+)` on ([^|]+)\|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    return {(tag, name) for name, tags in rows for tag in re.findall(r"`(\w+)`", tags)}


def elements(html: str) -> list[Element]:
    """Every element; an error of parsing raises."""
    root = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)
    return [element for element in root.iter() if isinstance(element.tag, str)]


@pytest.mark.parametrize("editions", MONTHS, indirect=True)
def test_no_edition_of_the_samples_has_a_parse_error_or_an_obsolete_attribute_that_is_not_on_the_list(editions):
    for edition in editions:
        found = elements(edition.html)

        assert {element.tag for element in found} & OBSOLETE_ELEMENTS == set()
        used = {(element.tag, name) for element in found for name in element.attrib}
        assert (used & OBSOLETE) - allowed() == set(), edition.key


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("kind", list(NotificationKind))
def test_no_notification_has_a_parse_error_or_an_obsolete_attribute_that_is_not_on_the_list(kind, language):
    found = elements(make_note(kind, language).html)

    assert {element.tag for element in found} & OBSOLETE_ELEMENTS == set()
    used = {(element.tag, name) for element in found for name in element.attrib}
    assert (used & OBSOLETE) - allowed() == set()


@pytest.mark.parametrize("editions", MONTHS[-1:], indirect=True)
def test_list_of_obsolete_attributes_names_none_that_is_not_used(editions):
    used = {(element.tag, name) for element in elements(editions[-1].html) for name in element.attrib}

    assert allowed() - used == set()
    assert allowed() <= OBSOLETE


def test_parser_finds_an_error_where_there_is_one():
    with pytest.raises(html5lib.html5parser.ParseError):
        elements(
            '<!DOCTYPE html><html lang="en"><head><title>t</title></head><body><table><p>x</p></table></body></html>'
        )

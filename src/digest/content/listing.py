"""The importer's parser: a page of the blog, saved as text, to entries.

The page has one paragraph per line. A month is above its articles. Each article has a title, an optional citation, its
text, and optionally a section on practice implications. Titles are not marked, so the following lines identify them.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from digest.characters import visible
from digest.content.body import is_implications_heading
from digest.errors import ContentError, Place
from digest.months import Month

_MONTHS = {
    "en": "january february march april may june july august september october november december",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}
_MONTH_NAMES = {
    name: (number, language)
    for language, names in _MONTHS.items()
    for number, name in enumerate(names.split(), start=1)
} | {"fevrier": (2, "fr"), "aout": (8, "fr"), "decembre": (12, "fr")}
_MONTH_LINE = re.compile(r"([^\W\d_]+) (\d{4})")

_LONGEST_TITLE = 200
_SHORTEST_PROSE = 200  # a longer line is a paragraph, no matter how it ends
_YEAR = r"\((?:(?:1[89]|20)\d\d[a-z]?(?:, [^()]{1,40})?|in press|sous presse|n\.d\.|s\.d\.)\)"
_PEOPLE = r"[^\W\d_][\w'’. -]{0,60}, (?:[^\W\d_]\.|[^\W\d_]{2,30} [^\W\d_]\.).{0,2000}?"
_GROUP = r"[^\W\d_][^().]{1,120}\."
_CITATION = re.compile(rf"(?:{_PEOPLE}|{_GROUP}) {_YEAR}\. \S")
_SENTENCE_END = re.compile(r"[.!?…:;,][\"'”’»)\]]*$")
_WORD = re.compile(r"[^\W\d_]{4,}")
_MOSTLY = 0.75


@dataclass(frozen=True)
class Entry:
    """
    One article of the page, as plain text.

    Attributes:
        language: That of the month's name.
        body: Its paragraphs.
        implications: The paragraphs on practice implications; none if the page has none.
        line: The line of the title, from 1.
    """

    month: Month
    language: str
    title: str
    citation: str | None
    body: tuple[str, ...]
    implications: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Listing:
    """The articles of a page in order, and the parts that could not be understood."""

    entries: tuple[Entry, ...]
    errors: tuple[ContentError, ...]


@dataclass(frozen=True)
class Line:
    """A paragraph on a line that is not blank: `text` unchanged, `plain` with ordinary spaces for matching."""

    number: int
    text: str

    @property
    def plain(self) -> str:
        return " ".join(visible(self.text).split())


@dataclass(frozen=True)
class _Section:
    heading: Line
    month: Month
    language: str
    lines: tuple[Line, ...]


def parse_listing(text: str, file: str) -> Listing:
    """
    Read a saved listing page.

    Args:
        text: One paragraph a line; blank lines mean nothing.
        file: The page's name in errors.

    Returns:
        The entries that were understood, and an error with its line for the rest. Text above the first month is the
        page's navigation and is skipped.
    """
    lines = [Line(number, line) for number, line in enumerate(text.split("\n"), start=1) if visible(line)]
    advice = "save the page as text, with each month (such as September 2022) on its own line"
    return read_lines(lines, file, advice)


def read_lines(lines: Sequence[Line], file: str, advice: str, titles: Collection[Line] = ()) -> Listing:
    """
    Read the paragraphs of a listing.

    Args:
        advice: What to do if they name no month.
        titles: Those that the page marks as titles; a month that has none of them is cut where lines look like titles.
    """
    entries: list[Entry] = []
    errors: list[ContentError] = []
    sections = list(_sections(lines))
    if not sections:
        errors.append(ContentError(Place(file), "no month was found in this file", advice))
    for section in sections:
        if not section.lines:
            errors.append(_error(file, section.heading, "no article was found below this month", "save the whole page"))
        for block in _cut(section.lines, titles):
            try:
                entry = make_entry(section.month, section.language, block, file, may_be_wrapped=not titles)
                entries.append(entry)
            except ContentError as error:
                errors.append(error)
    return Listing(tuple(entries), tuple(errors))


def _sections(lines: Sequence[Line]) -> Iterator[_Section]:
    starts = [(number, found) for number, line in enumerate(lines) if (found := month_in(line.plain))]
    ends = [number for number, _ in starts[1:]] + [len(lines)]
    for (start, (month, language)), end in zip(starts, ends, strict=False):
        yield _Section(lines[start], month, language, tuple(lines[start + 1 : end]))


def month_in(line: str) -> tuple[Month, str] | None:
    """The month that is all that *line* says, such as "September 2022", and the language of its name; or None."""
    match = _MONTH_LINE.fullmatch(line)
    if match is None or match[1].casefold() not in _MONTH_NAMES:
        return None
    number, language = _MONTH_NAMES[match[1].casefold()]
    try:
        return Month(int(match[2]), number), language
    except ValueError:
        return None


def _cut(lines: Sequence[Line], titles: Collection[Line]) -> Iterator[Sequence[Line]]:
    """Cut the lines of a month before each title."""
    marked = any(line in titles for line in lines)
    start = 0
    for number in range(1, len(lines)):
        if lines[number] in titles if marked else number > start + 1 and _is_title(lines, start, number):
            yield lines[start:number]
            start = number
    if lines:
        yield lines[start:]


def _is_title(lines: Sequence[Line], start: int, number: int) -> bool:
    line = lines[number].plain
    following = lines[number + 1].plain if number + 1 < len(lines) else None
    if len(line) > _LONGEST_TITLE or not (line[0].isupper() or line[0].isdigit() or line[0] in "“«\"'‘¿¡"):
        return False
    if is_implications_heading(line) or _is_citation(line):
        return False
    if following is not None and _is_citation(following):
        return True
    ended = any(is_implications_heading(one.plain) for one in lines[start : number - 1])
    if following is None:
        return ended and not _SENTENCE_END.search(line)
    # A list of advice looks like titles too: only a text of some length, or a section of its own, makes a line one.
    carries = len(following) > _SHORTEST_PROSE or any(is_implications_heading(one.plain) for one in lines[number + 2 :])
    if _SENTENCE_END.search(line):
        return ended and carries and _is_prose(following) and (line.endswith("?") or _is_title_case(line))
    return _is_prose(following) and (_is_title_case(line) or (ended and carries))


def _is_prose(line: str) -> bool:
    return len(line) > _SHORTEST_PROSE or bool(_SENTENCE_END.search(line))


def _is_title_case(line: str) -> bool:
    words = _WORD.findall(line)
    return len(words) > 1 and sum(word[0].isupper() for word in words) >= _MOSTLY * len(words)


def _is_citation(line: str) -> bool:
    return _CITATION.match(line) is not None


def make_entry(month: Month, language: str, block: Sequence[Line], file: str, *, may_be_wrapped: bool = True) -> Entry:
    """
    An article from its paragraphs, of which the title is the first.

    Args:
        may_be_wrapped: Whether a paragraph may have been cut into lines, which is refused.

    Raises:
        ContentError: They are no article.
    """
    title, rest = block[0], list(block[1:])
    if is_implications_heading(title.plain) or _is_citation(title.plain) or len(title.plain) > _LONGEST_TITLE:
        raise _error(
            file, title, "expected an article title here", "put the article's title on the line above this one"
        )
    citation = visible(rest.pop(0).text) if rest and _is_citation(rest[0].plain) else None
    marks = [number for number, line in enumerate(rest) if is_implications_heading(line.plain)]
    if len(marks) > 1:
        advice = "if a second article begins in between, put its title on its own line"
        raise _error(file, rest[marks[1]], f"{title.plain!r} has two sections on practice implications", advice)
    cut = marks[0] if marks else len(rest)
    body, implications = rest[:cut], rest[cut + 1 :]
    if not body:
        advice = "add the text, or join this line with the one above if it is not a title"
        raise _error(file, title, f"{title.plain!r} looks like a title, but no text follows it", advice)
    for paragraphs in (body, implications) if may_be_wrapped else ():
        _refuse_wrapped(paragraphs, file)
    return Entry(
        month=month,
        language=language,
        title=visible(title.text),
        citation=citation,
        body=tuple(line.text.strip() for line in body),
        implications=tuple(line.text.strip() for line in implications),
        line=title.number,
    )


def _refuse_wrapped(paragraphs: Sequence[Line], file: str) -> None:
    for above, line in pairwise(paragraphs):
        if line.plain[0].islower() and not _SENTENCE_END.search(above.plain):
            advice = "save the page with one line per paragraph, or join the lines"
            raise _error(file, line, "this line continues the sentence above", advice)


def _error(file: str, line: Line, problem: str, remedy: str) -> ContentError:
    return ContentError(Place(file, line.number), problem, remedy)

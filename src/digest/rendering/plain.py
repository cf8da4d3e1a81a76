"""Converts HTML to plain text: wrapped lines, underlined headings, links as numbered notes.

General converters leave Markdown marks in prose (`2019\\.`, `[text][1]`). This one is small, because it only needs to
read the HTML that `digest.rendering.markdown` makes.
"""

import re
import textwrap
from html.parser import HTMLParser

WIDTH = 72
_SPACES = re.compile(r"[ \t\r\n]+")  # not \s: a no-break space stays
_BLOCKS = frozenset({"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "blockquote", "pre", "hr"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_MARKS = {"em": "*", "i": "*", "strong": "*", "b": "*"}


def fold(text: str, indent: str = "", width: int = WIDTH) -> str:
    """Wrap *text* at *width* characters. A longer word, such as an address, stays whole."""
    lines = text.split("\n")
    return "\n".join(_fold_line(line, indent, indent, width) for line in lines)


def item(text: str, mark: str = "- ") -> str:
    """Wrap *text* as a list item: *mark* before the first line, the same amount of space before the others."""
    return _fold_line(text, mark, " " * len(mark))


def underline(text: str, mark: str = "-") -> str:
    """Wrap *text* and put a line of *mark* below it, as long as the longest line."""
    folded = fold(text)
    return f"{folded}\n{mark * max(len(line) for line in folded.split(chr(10)))}"


def html_to_text(html: str) -> str:
    """
    Turn a safe HTML fragment into plain text, 72 characters wide.

    Args:
        html: A fragment from `digest.rendering.markdown.to_html`.

    Returns:
        Paragraphs with an empty line between them. A link becomes its text and a number in brackets, and the addresses
        follow at the end. A link whose text is its address has no number.
    """
    writer = _Writer()
    writer.feed(html)
    writer.close()
    return writer.text()


def _fold_line(line: str, first: str, rest: str, width: int = WIDTH) -> str:
    return textwrap.fill(
        line,
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
        expand_tabs=False,
        replace_whitespace=False,
    )


class _Writer(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._blocks: list[str] = []
        self._current = ""
        self._indents: list[str] = []
        self._numbers: list[int | None] = []  # one per open list: the next number, None for bullets
        self._bullet = ""
        self._bullet_place = 0  # the index of the indent that it replaces
        self._first_item = False  # whether this is the first item of an outer list
        self._links: dict[str, int] = {}  # each with its number, from 1
        self._href: str | None = None
        self._link_start = 0
        self._verbatim = False

    def text(self) -> str:
        self._end_block()
        notes = [f"[{number}] {href}" for href, number in self._links.items()]
        return "\n\n".join([*self._blocks, *(["\n".join(notes)] if notes else [])])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in _BLOCKS:
            self._end_block()
        if tag in ("ul", "ol"):
            self._first_item = not self._numbers
            self._numbers.append(int(values.get("start") or 1) if tag == "ol" else None)
        elif tag == "li":
            self._start_item()
        elif tag == "blockquote":
            self._indents.append("> ")
        elif tag == "pre":
            self._verbatim = True
        elif tag == "hr":
            self._blocks.append("* * *")
        elif tag == "a":
            self._href, self._link_start = values.get("href"), len(self._current)
        else:
            self._current += "\n" if tag == "br" else _MARKS.get(tag, "")

    def handle_endtag(self, tag: str) -> None:
        if tag in _HEADINGS:
            self._end_heading()
        elif tag in _BLOCKS:
            self._end_block()
        if tag in ("ul", "ol") and self._numbers:
            self._numbers.pop()
        elif tag in ("li", "blockquote") and self._indents:
            self._indents.pop()
            self._bullet = ""
        elif tag == "pre":
            self._verbatim = False
        elif tag == "a":
            self._end_link()
        else:
            self._current += _MARKS.get(tag, "")

    def handle_data(self, data: str) -> None:
        self._current += data if self._verbatim else _SPACES.sub(" ", data)

    def _start_item(self) -> None:
        number = self._numbers[-1] if self._numbers else None
        self._bullet = "- " if number is None else f"{number}. "
        if number is not None:
            self._numbers[-1] = number + 1
        self._bullet_place = len(self._indents)
        self._indents.append(" " * len(self._bullet))

    def _end_link(self) -> None:
        shown = self._current[self._link_start :].strip()
        if self._href and shown not in (self._href, self._href.removeprefix("mailto:")):
            number = self._links.setdefault(self._href, len(self._links) + 1)
            self._current += f" [{number}]"
        self._href = None

    def _end_heading(self) -> None:
        heading, self._current = self._current.strip(), ""
        if heading:
            self._blocks.append(underline(heading))

    def _end_block(self) -> None:
        raw, self._current = self._current, ""
        if not raw.strip():
            return
        rest = "".join(self._indents)
        first = self._with_bullet()
        if self._verbatim:
            self._blocks.append(textwrap.indent(raw.rstrip("\n"), rest + "    "))
        else:
            lines = [line.strip(" ") for line in raw.strip(" \n").split("\n")]
            folded = [_fold_line(line, first if place == 0 else rest, rest) for place, line in enumerate(lines)]
            if self._bullet and self._blocks and not self._first_item:
                self._blocks[-1] += "\n" + "\n".join(folded)
            else:
                self._blocks.append("\n".join(folded))
            self._first_item = self._first_item and not self._bullet
        self._bullet = ""

    def _with_bullet(self) -> str:
        place = self._bullet_place if self._bullet else len(self._indents)
        return "".join([*self._indents[:place], self._bullet, *self._indents[place + 1 :]])

"""Texts that nobody means to write cost no more than their length.

Python's calls are counted. What the regular expressions do can't be counted, so they get a text that would take them
longer than a test may take if they looked at each character more than a bounded number of times.
"""

import sys
from collections.abc import Callable

import pytest

from digest.content.body import Part, parts
from digest.content.reading.front_matter import read, split
from digest.content.reading.markdown_faults import misspelt_headings, unsupported
from digest.rendering.markdown import links, to_html
from digest.rendering.plain import html_to_text

LONG = 200_000  # characters
FILE = "articles/2026-11/x.md"


def calls(work: Callable[[], object]) -> int:
    """How many functions *work* calls, those of C included."""
    number = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal number
        number += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return number


def look_at(body: str) -> None:
    """All that is done with the Markdown of an article."""
    parts(body, 1, FILE)
    links(body)
    list(unsupported(Part(body, 1), FILE))
    list(misspelt_headings(Part(body, 1), FILE))
    html_to_text(to_html(body, base_url="https://digest.example.org"))


def backticks(length: int) -> str:
    """Runs of backticks, each of another length, so that none is closed."""
    runs = ["`" * number + " " for number in range(1, int((2 * length) ** 0.5))]
    return "".join(runs)


WRITTEN = ["[a](", "![", "![a](", "[", "]", "&", "&a", "*", "*a ", "*a_b", "_a ", "**a", "<", "<a ", "<a@", "(", "~~a"]
WRITTEN += ["> ", "- ", "1. ", "|", "|-", "#", "\\", "[a](b) ", "[^a", "[a]: b\n\n", "> a\nb\n", "a@", "&#1;", "a\n"]


@pytest.mark.parametrize("written", WRITTEN)
def test_markdown_of_twice_the_length_costs_at_most_twice_as_much(written):
    look_at(written)
    short, long = (calls(lambda times=times: look_at(written * times)) for times in (600, 1200))

    assert long < 2.3 * short


def test_backticks_of_twice_the_length_cost_at_most_twice_as_much():
    short, long = (calls(lambda length=length: look_at(backticks(length))) for length in (4000, 8000))

    assert long < 2.3 * short


def test_lists_inside_each_other_cost_at_most_twice_as_much_for_twice_the_length():
    short, long = (
        calls(lambda depth=depth: look_at("".join("  " * level + "- a\n" for level in range(depth))))
        for depth in (40, 80)
    )

    assert long < 2.3 * short


@pytest.mark.parametrize(
    "line",
    ["*" * LONG + "x", "# " + "#" * LONG + "x", "a" + " #" * LONG + "b", "|\n-|-" + " \t" * LONG + "x"],
    ids=["stars", "number signs", "words", "table"],
)
def test_long_line_is_looked_at_once(line):
    part = Part(line, 1)

    assert list(unsupported(part, FILE)) == []
    assert list(misspelt_headings(part, FILE)) == []


def test_line_of_every_key_is_found_without_reading_the_file_again():
    keys = "".join(f"key{number}: v\n" for number in range(20_000))
    source = split(f"---\n{keys}---\n" + "The body.\n" * 40_000, FILE)
    front = read(source)

    assert front.lines["key19999",] == 20_001
    assert [source.line(index) for index in range(0, len(source.text), 10)][-1] == source.text.count("\n")


def test_many_links_are_numbered_once_each():
    written = "".join(f"[a](https://example.org/{number}) " for number in range(2000))
    text = html_to_text(to_html(written * 2, base_url="https://digest.example.org"))

    assert text.count("https://example.org/") == 2000
    assert text.endswith("[2000] https://example.org/1999")

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from digest.content.reading.front_matter import read, split
from digest.content.reading.yaml_comments import CommentsApart
from digest.content.reading.yaml_words import in_our_words
from digest.errors import ContentError

LIBRARY_WORDS = re.compile(r"expected|found |while |could not|cannot|document start|block end|stream end|scalar")
TOKENS = ["a", "b: 1", "a: ", ": ", "- ", "? ", "[", "]", "{", "}", ", ", '"', "'", "|", ">", "&x ", "*x", "!x ",
          "!!int ", "%", "@", "`", "\\", "\\d", "\\UFFFFFFFF", "#", " # x", "\t", "\n", "\n  ", "\n- ", "--- x",
          "…", "“"]  # fmt: skip


HEADS = st.lists(st.sampled_from(TOKENS), max_size=25).map("".join)


def refusal_of_front_matter(head: str) -> ContentError | None:
    try:
        read(split(f"---\ntitle: A\n{head}\n---\nText.\n", "a.md"))
    except ContentError as error:
        return error
    return None


def refusal_of_yaml(text: str) -> yaml.MarkedYAMLError | None:
    try:
        yaml.compose(text, Loader=CommentsApart)
    except yaml.MarkedYAMLError as error:
        return error
    return None


@given(HEADS)
def test_front_matter_is_never_refused_in_the_words_of_a_library(head: str):
    if (error := refusal_of_front_matter(head)) is None:
        return

    assert error.place.line
    assert error.remedy
    assert not LIBRARY_WORDS.search(error.problem)


@given(HEADS)
def test_every_error_of_yaml_has_a_place_and_a_remedy(text: str):
    if (error := refusal_of_yaml(text)) is None:
        return

    index, problem, remedy = in_our_words(text, error)

    assert 0 <= index <= len(text)
    assert remedy
    assert not LIBRARY_WORDS.search(problem)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("about: @x", "a value can't start with @: put the value in quotes"),
        ("about: | x", "text can't follow | or > on the same line: start it on the next line, indented"),
        ("about: {a", "the keys that begin here lack a comma or their }: add it"),
        (r'about: "\U00110000"', r"YAML does not know this escape: write \\ for a backslash"),
        (r'about: "\UFFFFFFFF"', r"YAML does not know this escape: write \\ for a backslash"),
    ],
)
def test_fault_is_named_at_the_line_where_it_begins(head: str, said: str):
    with pytest.raises(ContentError) as caught:
        read(split(f"---\ntitle: A\n{head}\nmonth: 2026-11\n---\nText.\n", "a.md"))

    assert str(caught.value).startswith(f"a.md:3: {said}")

"""YAML's errors in our own words instead of the parser's."""

import re
from typing import NamedTuple

import yaml

_QUOTE_IT = "put the value in quotes"
UNREADABLE = "unreadable value"
_CLOSE_IT = "add it, or put the whole value in quotes if it is text"


class _Rule(NamedTuple):
    """What to say if *pattern* is in "CONTEXT; PROBLEM" of an error; `{}` is the character at the place of the error.

    Attributes:
        at_start: Whether the place is where the thing begins, instead of where YAML gave up.
    """

    pattern: str
    problem: str
    remedy: str
    at_start: bool = False


_RULES = (
    _Rule("a quoted scalar; found unexpected", "a quote on this line is never closed", "close it or remove it", True),
    _Rule("a double-quoted scalar; ", r"YAML does not know this escape", r"write \\ for a backslash"),
    _Rule(
        "mapping values are not allowed",
        "a colon here starts a key inside a value",
        "put the value in quotes, or check the indentation and the line above",
    ),
    _Rule(
        "a simple key; could not find",
        "this line is not a `key: value` line",
        "add the colon, or indent the line if it continues the value above",
        True,
    ),
    _Rule("a flow sequence; expected", "the list that begins here lacks a comma or its ]", _CLOSE_IT, True),
    _Rule("a flow mapping; expected", "the keys that begin here lack a comma or their }", _CLOSE_IT, True),
    _Rule("expected the node content", "a value is missing here", "add it, or remove the comma or bracket"),
    _Rule(
        "expected <block end>|<document start>",
        "this does not fit what is above it",
        "fix the indentation, or check that every quote above is closed and ends its value",
    ),
    _Rule("sequence entries are not allowed", "a list item can't start here", "start the list on the next line"),
    _Rule("mapping keys are not allowed", "a value can't start with ?", _QUOTE_IT),
    _Rule("cannot start any token", "a value can't start with {}", _QUOTE_IT),
    _Rule("a block scalar; ", "text can't follow | or > on the same line", "start it on the next line, indented"),
    _Rule("an alias; |an anchor; |alias|anchor", "a value can't start with & or *", _QUOTE_IT, True),
    _Rule(r"\btag\b", "a value can't start with !", _QUOTE_IT, True),
    _Rule("another document", "a second document begins here", "remove the line ---"),
    _Rule("directive|incompatible YAML", "a line can't start with %", "remove it"),
    _Rule("unhashable key", "a key must be a single word", "write `key: value`"),
    _Rule(
        f"{UNREADABLE}|base64|ordered map|while constructing pairs|for merging",
        "this value looks like a date or a number, but is not one",
        _QUOTE_IT,
    ),
)
_UNKNOWN = _Rule("", "this is not valid YAML", "check the indentation, and put values in quotes")


def in_our_words(text: str, error: yaml.MarkedYAMLError) -> tuple[int, str, str]:
    """
    Say what is wrong with *text*, which YAML refuses.

    Returns:
        Index in *text* of where to look, the problem, and what to do.
    """
    said = f"{error.context}; {error.problem}"
    rule = next((one for one in _RULES if re.search(one.pattern, said)), _UNKNOWN)
    marks = [error.problem_mark, error.context_mark]
    mark = next((one for one in (reversed(marks) if rule.at_start else marks) if one), None)
    index = mark.index if mark else 0
    if text[index : index + 1] == "\t":
        return index, "this line contains a tab", "use spaces"
    return index, rule.problem.format(text[index : index + 1]) if "{}" in rule.problem else rule.problem, rule.remedy

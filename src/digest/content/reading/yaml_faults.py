"""What the editor most likely did if front matter is not valid YAML, or means something else than it seems to."""

import re

import yaml
from yaml.nodes import ScalarNode

from digest.content.reading.yaml_comments import ADVICE, RefusedYaml, TouchingComment, shortened
from digest.content.reading.yaml_words import in_our_words

_PLAIN_YAML = "write the value itself: front matter supports only plain keys and values"

_KEY = re.compile(r"[\"']?[\w.-]+(?: [\w.-]+)?[\"']?[ \t]*:(?:[ \t]|$)", re.MULTILINE)
_CERTAIN_KEY = re.compile(r"[a-z_]+:(?:[ \t]|$)", re.MULTILINE)
# What can be at the left edge of a mapping: a key, a comment, an item, a closing bracket. A ## is a heading.
_LEFT_EDGE = re.compile(rf"$|{_KEY.pattern}|#(?!#)|-(?:[ \t]|$)|[\]}}{{?%]", re.MULTILINE)
_BLANK = re.compile(r"[ \t\r]*$", re.MULTILINE)
_HEADING_OR_BLANK = re.compile(rf"#{{1,6}} |{_BLANK.pattern}", re.MULTILINE)
_CUT_OFF = re.compile(r" #[^\r\n]*")
_WORD_QUOTES = re.compile("“[^“”]+”|„[^„“”]+[“”]|”[^“”]+”|‘[^‘]+’", re.DOTALL)
_OPENED_IN_WORD = re.compile(r"(?::|^\s*-)[ \t]+([“”„‘’])")


def explain(text: str, error: yaml.MarkedYAMLError) -> tuple[int, str, str]:
    """
    Say what is wrong with front matter that YAML refuses.

    Returns:
        Index in *text* of where to look, the problem, and what to do.
    """
    mark = error.problem_mark or error.context_mark
    index = mark.index if mark else 0
    if fault := _prose(text, index):
        return fault
    if isinstance(error, (RefusedYaml, TouchingComment)):
        return index, str(error.problem), ADVICE if isinstance(error, TouchingComment) else _PLAIN_YAML
    if opened := _OPENED_IN_WORD.search(text[text.rfind("\n", 0, index) + 1 : index]):
        advice = "use straight quotes, \" or '"
        return index, f"the value starts with {opened[1]}, which YAML does not treat as a quote", advice
    return in_our_words(text, error)


def misread(text: str, node: ScalarNode) -> tuple[str, str] | None:
    """The problem with an unquoted value that YAML reads differently from how it looks, and what to do; or None."""
    if node.style is not None:
        return None
    if cut := _CUT_OFF.match(text, node.end_mark.index):
        advice = "put the whole value in quotes, or move the comment two spaces after the value or to its own line"
        return f"YAML would drop {shortened(cut[0].strip())!r} as a comment", advice
    value = str(node.value)
    if _WORD_QUOTES.fullmatch(value):
        advice = f'remove both, or write "{value}" if readers should see them'
        return f"the value is wrapped in {value[0]} and {value[-1]}, which YAML treats as part of it", advice
    return None


def in_word_quotes(value: str) -> bool:
    """Whether typographic quotes surround the whole value, so that it needs straight quotes to keep them."""
    return _WORD_QUOTES.fullmatch(value) is not None


def _prose(text: str, most: int) -> tuple[int, str, str] | None:
    """The fault that a line, up to the one of *most*, is text instead of a key and value; or None."""
    start = _text_begins(text, most)
    if start is None:
        return None
    if any(_CERTAIN_KEY.match(text, later) for later in _line_starts(text) if later > start):
        line = shortened(text[start:].splitlines()[0])
        return start, f"{line!r} is not a `key: value` line", "if it continues the value above, indent it"
    return start, "the article text begins here, inside the front matter", "add the missing --- above it"


def _text_begins(text: str, most: int) -> int | None:
    """Index of the line, up to the one of *most*, where the article text seems to begin, headings included."""
    starts = _line_starts(text)
    first = next((number for number, start in enumerate(starts) if _is_prose(text, start)), None)
    if first is None or starts[first] > most or not _KEY.match(text):
        return None
    above = first
    while _HEADING_OR_BLANK.match(text, starts[above - 1]):
        above -= 1
    return next(start for start in starts[above:] if not _BLANK.match(text, start))


def _is_prose(text: str, start: int) -> bool:
    return text[start : start + 1] not in {" ", "\t", "\r", ""} and not _LEFT_EDGE.match(text, start)


def _line_starts(text: str) -> list[int]:
    return [match.start() for match in re.finditer(r"^", text, re.MULTILINE)]

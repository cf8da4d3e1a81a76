"""Front matter: the YAML between two lines of three hyphens at the top of a file, with the line of every key."""

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.reader import ReaderError

from digest.characters import describe, text_fault
from digest.content.reading.yaml_comments import CommentsApart, RefusedYaml
from digest.content.reading.yaml_faults import explain, misread
from digest.errors import ContentError, Place

ARTICLE_KEYS = "title: and month:"

Value: TypeAlias = "str | list[Value] | dict[str, Value]"
KeyPath: TypeAlias = tuple[str | int, ...]

_OPENING = re.compile(r"\ufeff?---[ \t]*(?:\r\n|\r|\n)")
_CLOSING = re.compile(r"(?<=[\r\n])(?:---|\.\.\.)[ \t]*(?:\r\n|\r|\n|\Z)")
_LINE_END = re.compile(r"\r\n|\r|\n")
_NULLS = {"", "~", "null", "Null", "NULL"}


@dataclass(frozen=True)
class Source:
    """
    A file cut in two, every character kept.

    Attributes:
        yaml: The text between the two lines of hyphens.
        start: Index of its first character in `text`; `yaml` ends where the closing line begins.
        body: The text after the closing line.
        keys: The keys to suggest if the front matter is missing or empty.
    """

    file: str
    text: str
    start: int
    yaml: str
    body: str
    keys: str = ARTICLE_KEYS

    def line(self, index: int) -> int:
        """The line of the character `text[index]`, from 1."""
        return bisect_right(self._line_ends, index) + 1

    @cached_property
    def _line_ends(self) -> list[int]:
        return [match.end() for match in _LINE_END.finditer(self.text)]

    def place(self, index: int) -> Place:
        """The line of the character `yaml[index]`."""
        return Place(self.file, self.line(self.start + index))

    @property
    def body_line(self) -> int:
        return self.line(len(self.text) - len(self.body))


@dataclass(frozen=True)
class FrontMatter:
    """
    What the front matter says.

    Attributes:
        values: Every scalar as the text in the file, so that 058 and 2026-02-30 stay unchanged. Keys without a value
            are omitted.
        lines: Line of each key, by its path: ("study", "year"), ("topics", 0).
        value_lines: Line on which the value's text begins, which for a block of text is the one below its key.
    """

    values: Mapping[str, Value]
    lines: Mapping[KeyPath, int]
    value_lines: Mapping[KeyPath, int]


def split(text: str, file: str, keys: str = ARTICLE_KEYS) -> Source:
    """
    Cut a file into front matter and body.

    Args:
        keys: The keys that an error suggests if the front matter is missing or empty.

    Raises:
        ContentError: There is no front matter, it is not closed, or a character is not allowed.
    """
    if fault := text_fault(text):
        place = Source(file, text, 0, text, "").place(fault.position)
        raise ContentError(place, f"there is {fault.what}", fault.remedy)
    opening = _OPENING.match(text)
    if opening is None:
        advice = f"start the file with a line ---, then {keys}, then another line ---"
        raise ContentError(Place(file, 1), "the front matter is missing", advice)
    closing = _CLOSING.search(text, opening.end())
    if closing is None:
        raise ContentError(Place(file, 1), "the front matter is not closed", "add a line --- below the last key")
    return Source(file, text, opening.end(), text[opening.end() : closing.start()], text[closing.end() :], keys)


def compose(source: Source) -> MappingNode:
    """
    Compose the YAML into nodes with their positions, without constructing values.

    Raises:
        ContentError: Not valid YAML, not a mapping, or it has a tag, an anchor, an alias or too many levels.
    """
    try:
        node = yaml.compose(source.yaml, Loader=_StrictLoader)
    except ReaderError as error:
        problem = f"there is {describe(source.yaml[error.position])}, which YAML can't hold"
        raise ContentError(source.place(error.position), problem, "remove it") from None
    except yaml.MarkedYAMLError as error:
        raise _yaml_fault(source, error) from None
    if node is None:
        raise ContentError(Place(source.file, 1), "the front matter is empty", f"add {source.keys}")
    if not isinstance(node, MappingNode):
        place = source.place(node.start_mark.index)
        raise ContentError(place, "the front matter is not a mapping", "write one `key: value` per line")
    return node


def read(source: Source) -> FrontMatter:
    """
    Read the front matter.

    Raises:
        ContentError: As in `compose`; or a key is written twice or is not a word.
    """
    reader = _Reader(source)
    values = reader.mapping(compose(source), ())
    return FrontMatter(values, reader.lines, reader.value_lines)


class _StrictLoader(CommentsApart):
    """Composes only plain keys and values, so that a file can neither expand in memory nor name a type."""

    deepest = 5

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise RefusedYaml(None, None, "anchors (&) and aliases (*) are not allowed", event.start_mark)
        if getattr(event, "tag", None) is not None:
            raise RefusedYaml(None, None, f"the tag {event.tag} is not allowed", event.start_mark)
        return super().compose_node(parent, index)


class _Reader:
    def __init__(self, source: Source) -> None:
        self._source = source
        self.lines: dict[KeyPath, int] = {}
        self.value_lines: dict[KeyPath, int] = {}

    def mapping(self, node: MappingNode, path: KeyPath) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for key, value in node.value:
            name = self._name(key)
            place = self._source.place(key.start_mark.index)
            if (*path, name) in self.lines:
                first = self.lines[*path, name]
                raise ContentError(place, f"duplicate key {name!r}, already on line {first}", "keep one of them")
            self.lines[*path, name] = place.line or 1
            read = self._value(value, (*path, name))
            if read is not None:
                values[name] = read
        return values

    def _name(self, key: Node) -> str:
        if not isinstance(key, ScalarNode):
            raise ContentError(
                self._source.place(key.start_mark.index), "a key must be a single word", "write `key: value`"
            )
        return str(key.value)

    def _value(self, node: Node, path: KeyPath) -> "Value | None":
        start = self._source.place(node.start_mark.index).line or 1
        is_block = isinstance(node, ScalarNode) and node.style in {"|", ">"}
        self.value_lines[path] = start + 1 if is_block else start
        if isinstance(node, MappingNode):
            return self.mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self._item(item, (*path, number)) for number, item in enumerate(node.value)]
        assert isinstance(node, ScalarNode)  # the only kind left
        if fault := misread(self._source.yaml, node):
            raise ContentError(self._source.place(node.end_mark.index), *fault)
        text = str(node.value)
        return None if not text.strip() or is_null(node) else text

    def _item(self, node: Node, path: KeyPath) -> Value:
        place = self._source.place(node.start_mark.index)
        self.lines[path] = place.line or 1
        value = self._value(node, path)
        if value is None:
            raise ContentError(place, "a list item is empty", "fill it in or remove it")
        return value


def is_null(node: Node) -> bool:
    """Whether the value is missing or YAML's null."""
    return isinstance(node, ScalarNode) and node.style is None and node.value in _NULLS


def _yaml_fault(source: Source, error: yaml.MarkedYAMLError) -> ContentError:
    index, problem, advice = explain(source.yaml, error)
    return ContentError(source.place(index), problem, advice)

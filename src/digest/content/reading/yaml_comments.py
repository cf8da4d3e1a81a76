"""What our YAML refuses beyond PyYAML: a comment that touches a value, and too many levels."""

from typing import Any

import yaml
from yaml.composer import ComposerError
from yaml.nodes import Node
from yaml.scanner import ScannerError

ADVICE = "put the whole value in quotes, or a space before #"


class TouchingComment(ScannerError):
    """A # directly after a quote, a bracket or a comma: YAML 1.2 forbids it, and PyYAML reads it as a comment."""


class RefusedYaml(ComposerError):
    """Valid YAML that we do not accept; `problem` is in our own words."""


class TooDeep(RefusedYaml):
    """More levels of mappings and lists than anybody needs."""


class CommentsApart(yaml.SafeLoader):
    """
    A loader that refuses comments without white space before them, and more than `deepest` levels.

    Raises:
        TouchingComment: A comment touches a value, as in `title: "Group"# 1` or `[a, b]# x`.
        TooDeep: There are too many levels.
        ScannerError: An escape is not a character, as in `"\\UFFFFFFFF"`; PyYAML would fail with a ValueError.

    Source: YAML 1.2.2, 6.6.
    """

    deepest = 20

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._open: list[str | None] = []  # the anchor of each node that is being composed

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        anchor = getattr(event, "anchor", None)
        inside_itself = isinstance(event, yaml.AliasEvent) and anchor in self._open
        if inside_itself or len(self._open) == self.deepest:
            raise TooDeep(None, None, f"nested more than {self.deepest} levels deep", event.start_mark)
        self._open.append(anchor)
        node = super().compose_node(parent, index)
        self._open.pop()
        return node

    def scan_flow_scalar_non_spaces(self, double: bool, start_mark: yaml.Mark) -> Any:
        try:
            return super().scan_flow_scalar_non_spaces(double, start_mark)
        except (ValueError, OverflowError):
            problem = "found unknown escape character"
            raise ScannerError("while scanning a double-quoted scalar", start_mark, problem, self.get_mark()) from None

    def scan_to_next_token(self) -> None:
        before = self.buffer[self.pointer - 1 : self.pointer]
        if self.peek() == "#" and before and not before.isspace():
            line = self.buffer[self.pointer :].split("\n", 1)[0].rstrip("\0\r")
            mark = self.get_mark()
            raise TouchingComment(None, None, f"YAML would drop {shortened(line)!r} as a comment", mark)
        super().scan_to_next_token()


def shortened(line: str, longest: int = 40) -> str:
    """The beginning of *line*, for an error that quotes it."""
    return line if len(line) <= longest else f"{line[:longest]}…"

"""Comments in YAML: one that touches the value before it was meant as part of the value."""

import yaml
from yaml.composer import ComposerError
from yaml.nodes import Node
from yaml.scanner import ScannerError

ADVICE = "put the whole value in quotes, or a space before #"


class TouchingComment(ScannerError):
    """A # directly after a quote, a bracket or a comma: YAML 1.2 does not allow it, PyYAML takes it for a comment."""


class TooDeep(ComposerError):
    """Mappings or lists inside each other, more than anybody means."""


class CommentsApart(yaml.SafeLoader):
    """
    A loader that refuses a comment without white space before it, and more levels than `deepest`.

    Raises:
        TouchingComment: There is one, such as in `title: "Group"# 1` or `[a, b]# x`.
        TooDeep: There are too many levels.

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

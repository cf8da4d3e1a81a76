"""Comments in YAML: one that touches the value before it was meant as part of the value."""

import yaml
from yaml.scanner import ScannerError

ADVICE = "put the whole value in quotes, or a space before #"


class TouchingComment(ScannerError):
    """A # directly after a quote, a bracket or a comma: YAML 1.2 does not allow it, PyYAML takes it for a comment."""


class CommentsApart(yaml.SafeLoader):
    """
    A loader that refuses a comment without white space before it.

    Raises:
        TouchingComment: There is one, such as in `title: "Group"# 1` or `[a, b]# x`.

    Source: YAML 1.2.2, 6.6.
    """

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

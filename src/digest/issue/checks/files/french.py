"""Finds French texts whose typography is not that of Canada."""

import re
from collections.abc import Iterable, Iterator, Mapping

from digest.errors import Place
from digest.issue.checks.codes import warning
from digest.issue.checks.files.written import Piece, issue_place, pieces
from digest.issue.findings import Finding
from digest.issue.issue import Issue
from digest.rendering.prose import OBJECT
from digest.rendering.spacing import SpaceEdit, space_edits, spaced

_CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.DOTALL | re.MULTILINE)
_MONTHS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
_FIRST = re.compile(rf"(?<![\d.,/])\b1(?P<month>[ \u00a0](?:{_MONTHS})\b)", re.IGNORECASE)


def french_findings(issue: Issue) -> Iterator[Finding]:
    """
    Find spaces before `;`, `?` and `!`, missing ones before `:` and `%` and inside of `« »`, and "1 novembre" for
    "1er novembre", in texts written in French: one finding for each line.

    An ordinary space where a no-break space belongs is no fault, since rendering replaces it.
    """
    sources = {article.place.file: article.source for article in issue.articles}
    sources[issue_place(issue).file] = issue.file.source
    return french_in(pieces(issue), sources)


def french_in(texts: Iterable[Piece], sources: Mapping[str, str]) -> Iterator[Finding]:
    """
    Find the same in any texts.

    Args:
        sources: By file, where a line of a text is looked up.
    """
    for piece in texts:
        if piece.language.partition("-")[0] == "fr":
            yield from _of_piece(piece, sources)


def _of_piece(piece: Piece, sources: Mapping[str, str]) -> Iterator[Finding]:
    text = _CODE.sub(_blank, piece.text) if piece.is_markdown else piece.text
    for number, line in enumerate(text.split("\n"), start=1):
        if faults := _faults(line):
            wrong, right = faults[0]
            more = f" (and {len(faults) - 1} more in this line)" if len(faults) > 1 else ""
            problem = f"French typography: '{wrong}'{more}"
            place = _place(piece, number, sources.get(piece.file, ""))
            yield warning("french-typography", problem, f"write '{right}'", place)


def _blank(code: re.Match[str]) -> str:
    return re.sub(r"[^\n]", OBJECT, code[0])


def _faults(line: str) -> list[tuple[str, str]]:
    """Each faulty place with the words around it, and the same put right."""
    edits = [edit for edit in space_edits(line, "fr") if not edit.text or not line[edit.start : edit.end].isspace()]
    edits += [SpaceEdit(*found.span(), f"1er{found['month']}") for found in _FIRST.finditer(line)]
    return [_excerpt(line, edit) for edit in sorted(edits)]


def _excerpt(line: str, edit: SpaceEdit) -> tuple[str, str]:
    before = line[: edit.start].rsplit(" ", 1)[-1]
    after = line[edit.end :].split(" ", 1)[0]
    wrong = f"{before}{line[edit.start : edit.end]}{after}"
    right = spaced(f"{before}{edit.text}{after}", "fr")
    return _shown(wrong), _shown(right)


def _shown(text: str) -> str:
    return " ".join(text.split()).replace(OBJECT, "…")


def _place(piece: Piece, number: int, source: str) -> Place:
    """Where a line of the piece is in the source, found by its words; else where the piece says."""
    wanted = piece.text.split("\n")[number - 1].strip()
    found = [place for place, line in enumerate(source.split("\n"), start=1) if wanted in line]
    after = [place for place in found if place >= (piece.line or 1)]
    return Place(piece.file, after[0]) if after else piece.place(number)

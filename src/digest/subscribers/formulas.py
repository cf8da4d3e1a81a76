"""Cells that a spreadsheet program would run as a formula: made harmless on the way out, as they were on the way in.

Source: OWASP, CSV Injection.
"""

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_MARK = "'"  # makes a cell plain text in every spreadsheet program


def guarded(cell: str) -> str:
    """*cell* with an apostrophe before it if a spreadsheet program could run it, or `unguarded` would change it."""
    return f"{_MARK}{cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """The cell that `guarded` was given."""
    return cell[1:] if cell[:1] == _MARK and _FORMULA.match(cell) else cell

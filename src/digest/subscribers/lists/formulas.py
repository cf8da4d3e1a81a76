"""Cells that a spreadsheet program would run as a formula: made harmless on the way out, as they were on the way in.

Source: OWASP, CSV Injection.
"""

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_MARK = "'"  # makes a cell plain text in every spreadsheet program
_ADDRESS_MARK = "' "  # can't be the beginning of an address, which `'` can; phpList writes it too
_LONGEST = 254  # characters of an address


def guarded(cell: str) -> str:
    """*cell* with an apostrophe before it if a spreadsheet program could run it, or `unguarded` would change it."""
    return f"{_MARK}{cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """The cell that `guarded` was given."""
    return cell[1:] if cell[:1] == _MARK and _FORMULA.match(cell) else cell


def guarded_address(address: str) -> str:
    """*address* with an apostrophe and a space before it if a spreadsheet program could run it, or it looks guarded."""
    return f"{_ADDRESS_MARK}{address}" if _FORMULA.match(address) else address


def unguarded_address(cell: str) -> str:
    """
    The address that `guarded_address` was given.

    Raises:
        ValueError: An apostrophe precedes a sign that begins a formula: it may protect the address, or belong to it.
    """
    text = cell.strip()
    rest = text.removeprefix(_ADDRESS_MARK)
    if rest != text and _FORMULA.match(rest):
        return rest
    if text[:1] == _MARK and _FORMULA.match(text) and len(text) <= _LONGEST:
        raise ValueError(
            f"{text!r}: the apostrophe may belong to the address or protect it from a spreadsheet program: "
            f"write {text[1:]!r} or {_ADDRESS_MARK + text!r}"
        )
    return text

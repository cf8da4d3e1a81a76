"""Other people's words, as they may stand in a log or a table."""

import re

_LONGEST = 200  # characters
_READ = 2000  # characters of which the rest is never looked at
_ADDRESS = re.compile(r"(?<![^\s<>\"'(),;:@])[^\s<>\"'(),;:@]++@[^\s<>\"'(),;]+")
_KEY = re.compile(r"Bearer\s+\S+|\bSG\.[\w.-]+")


def retold(said: str | bytes) -> str:
    """Cut what a provider said to one short line without an address or a key in it."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    line = " ".join(text[:_READ].split())
    return _KEY.sub("(a key)", _ADDRESS.sub("(an address)", line))[:_LONGEST]


def fault_words(fault: Exception) -> str:
    """Say what went wrong with a connection, without the addresses that some of these errors repeat."""
    if isinstance(fault, TimeoutError):
        return "it took too long"
    if isinstance(fault, OSError) and fault.strerror:
        return fault.strerror
    return type(fault).__name__

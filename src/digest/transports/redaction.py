"""Other people's words, as they may stand in a log or a table."""

import http.client
import re
import smtplib

_LONGEST = 200  # characters
_READ = 2000  # characters of which the rest is never looked at
_ADDRESS = re.compile(r"(?<![^\s<>\"'(),;:@])[^\s<>\"'(),;:@]++@[^\s<>\"'(),;]+")
_KEY = re.compile(r"Bearer\s+\S+|\bSG\.[\w.-]+")


def redacted(said: str | bytes) -> str:
    """Cut what a provider said to one short line without an address or a key in it."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    line = " ".join(text[:_READ].split())
    return _KEY.sub("(a key)", _ADDRESS.sub("(an address)", line))[:_LONGEST]


def fault_text(fault: Exception) -> str:
    """Say what went wrong with a connection, without the addresses that some of these errors repeat."""
    cause = fault.__context__ if isinstance(fault, smtplib.SMTPServerDisconnected) else None
    if isinstance(cause, OSError):
        fault = cause  # smtplib calls each fault of a connection, and a time that is over, a disconnected server
    if isinstance(fault, TimeoutError) and not fault.strerror:
        return "the time was over"
    if isinstance(fault, OSError) and fault.strerror:
        return fault.strerror
    if isinstance(fault, ConnectionError | EOFError | smtplib.SMTPServerDisconnected | http.client.IncompleteRead):
        return "it closed the connection"
    if isinstance(fault, smtplib.SMTPException | http.client.HTTPException):
        return "what it said can't be understood"
    if isinstance(fault, UnicodeError):
        return "its name is none that can be looked up"
    return type(fault).__name__

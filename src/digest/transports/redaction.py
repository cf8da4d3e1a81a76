"""Text from others, made safe for a log or a table."""

import http.client
import re
import smtplib

_LONGEST = 200  # characters
_READ = 2000  # characters; the rest is ignored
_ADDRESS = re.compile(r"(?<![^\s<>\"'(),;:@])[^\s<>\"'(),;:@]++@[^\s<>\"'(),;]+")
_KEY = re.compile(r"Bearer\s+\S+|\bSG\.[\w.-]+")


def redacted(said: str | bytes) -> str:
    """Shorten a provider's text to one line without addresses and keys."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    line = " ".join(text[:_READ].split())
    return _KEY.sub("(a key)", _ADDRESS.sub("(an address)", line))[:_LONGEST]


def fault_text(fault: Exception) -> str:
    """Describe a connection error, without the addresses that some of these errors repeat."""
    cause = fault.__context__ if isinstance(fault, smtplib.SMTPServerDisconnected) else None
    if isinstance(cause, OSError):
        fault = cause  # smtplib reports every connection error and timeout as a disconnected server
    if isinstance(fault, TimeoutError) and not fault.strerror:
        return "timed out"
    if isinstance(fault, OSError) and fault.strerror:
        return fault.strerror
    if isinstance(fault, ConnectionError | EOFError | smtplib.SMTPServerDisconnected | http.client.IncompleteRead):
        return "the connection was closed"
    if isinstance(fault, smtplib.SMTPException | http.client.HTTPException):
        return "invalid response"
    if isinstance(fault, UnicodeError):
        return "invalid host name"
    return type(fault).__name__

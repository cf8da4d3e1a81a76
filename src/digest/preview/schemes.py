"""A mail as a light or a dark mail program shows it, whatever this browser prefers."""

import re
from enum import StrEnum

_PREFERS_DARK = re.compile(r"\(\s*prefers-color-scheme\s*:\s*dark\s*\)", re.IGNORECASE)
_PREFERS_LIGHT = re.compile(r"\(\s*prefers-color-scheme\s*:\s*light\s*\)", re.IGNORECASE)
_ALWAYS, _NEVER = "(min-width: 0px)", "(max-width: 0px)"


class Scheme(StrEnum):
    LIGHT = "light"
    DARK = "dark"


def in_scheme(html: str, scheme: Scheme) -> str:
    """
    Make the media rules of *html* hold for one scheme, and its links open beside it.

    A frame can't be told to prefer a scheme, so the question in each media rule is replaced by its answer.
    """
    dark, light = (_ALWAYS, _NEVER) if scheme is Scheme.DARK else (_NEVER, _ALWAYS)
    answered = _PREFERS_LIGHT.sub(light, _PREFERS_DARK.sub(dark, html))
    addition = f'<base target="_blank"><style>:root{{color-scheme:{scheme} !important}}</style>'
    head, closing, rest = answered.partition("</head>")
    return head + addition + closing + rest if closing else addition + answered

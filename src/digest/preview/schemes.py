"""Shows a mail in light or in dark mode, whatever this browser prefers."""

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
    Make the media rules of *html* apply for one scheme, and open its links in a new tab.

    A frame can't be set to one scheme, so the condition of each media rule is replaced by one that is always or never
    true.
    """
    dark, light = (_ALWAYS, _NEVER) if scheme is Scheme.DARK else (_NEVER, _ALWAYS)
    answered = _PREFERS_LIGHT.sub(light, _PREFERS_DARK.sub(dark, html))
    addition = f'<base target="_blank"><style>:root{{color-scheme:{scheme} !important}}</style>'
    head, closing, rest = answered.partition("</head>")
    return head + addition + closing + rest if closing else addition + answered

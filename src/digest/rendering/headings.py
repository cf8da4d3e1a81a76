"""Adjusts the heading levels of a fragment to the page around it."""

import re

_HEADING = re.compile(r"<(/?)h([1-6])>")
_DEEPEST = 6


def arrange(html: str, *, top: int) -> str:
    """
    Renumber the headings of a fragment, so that the highest is *top* and no level is skipped.

    Args:
        html: A fragment from `digest.rendering.markdown.to_html`.
        top: From 1 to 6; deeper levels than 6 become 6.
    """
    used = sorted({int(level) for _, level in _HEADING.findall(html)})
    new = {level: min(top + place, _DEEPEST) for place, level in enumerate(used)}
    return _HEADING.sub(lambda match: f"<{match[1]}h{new[int(match[2])]}>", html)

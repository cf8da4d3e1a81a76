"""The newsletter's accent colour for style sheets, readable on light and dark backgrounds."""

from digest.rendering.colour import readable

# the backgrounds of templates/web/base.css on which the accent is hardest to read
_LIGHT_PAPER = "#f4f2ec"
_DARK_PAPER = "#1e2226"


def accent_css(accent: str) -> str:
    """Write the rule that gives a style sheet `--accent-light` and `--accent-dark`.

    Args:
        accent: The colour as `#rrggbb`. If it is hard to read, it is darkened or lightened until it is readable.

    Raises:
        RenderError: *accent* is not written as `#rrggbb`.
    """
    return f":root{{--accent-light:{readable(accent, _LIGHT_PAPER)};--accent-dark:{readable(accent, _DARK_PAPER)}}}\n"

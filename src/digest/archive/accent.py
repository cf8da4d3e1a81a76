"""The newsletter's colour as style sheets take it, readable on light and on dark paper."""

from digest.rendering.colour import readable

# the papers of templates/web/base.css, on which text in the accent colour stands; the raised ones are the harder
_LIGHT_PAPER = "#f4f2ec"
_DARK_PAPER = "#1e2226"


def accent_css(accent: str) -> str:
    """Write the rule that gives a style sheet `--accent-light` and `--accent-dark`.

    Args:
        accent: The colour as `#rrggbb`; it is kept where it can be read, else darkened or lightened until it can.

    Raises:
        RenderError: *accent* has another form.
    """
    return f":root{{--accent-light:{readable(accent, _LIGHT_PAPER)};--accent-dark:{readable(accent, _DARK_PAPER)}}}\n"

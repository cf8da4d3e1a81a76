"""CSS written into the elements, for the mail programs that read no `<style>`."""

import logging
from xml.dom import DOMException

from digest.errors import RenderError


def inline_css(html: str) -> str:
    """
    Copy the rules of `<style>` into `style` attributes; the style sheet stays for media queries and dark mode.

    Args:
        html: A whole page with an upper-case `<!DOCTYPE html>` (a lower-case one gets lost), its CSS without
            `!important` outside of `@media`, its links absolute.

    Raises:
        RenderError: The page or its CSS can't be parsed.

    Nothing is fetched, from the network or from a file.
    """
    from lxml.etree import LxmlError  # type: ignore[import-untyped]  # noqa: PLC0415  slow to import, seldom needed
    from premailer import Premailer  # noqa: PLC0415

    try:
        return str(
            Premailer(
                html,
                strip_important=False,  # or the rules inside @media would lose against the inlined ones
                keep_style_tags=True,
                disable_validation=True,
                allow_network=False,
                allow_loading_external_files=False,
                cssutils_logging_level=logging.CRITICAL,
            ).transform()
        )
    except (LxmlError, DOMException, ValueError, AttributeError) as error:  # the last: a page without an element
        raise RenderError(f"the mail's CSS can't be inlined: {error}: fix templates/email") from error

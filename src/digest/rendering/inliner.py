"""Inlines CSS into the elements, for mail programs that ignore `<style>`."""

import logging
from xml.dom import DOMException

from digest.errors import RenderError


def inline_css(html: str) -> str:
    """
    Copy the rules of `<style>` into `style` attributes; the style sheet stays for media queries and dark mode.

    Args:
        html: A whole page with an upper-case `<!DOCTYPE html>` (a lower-case one gets lost), absolute links, and no
            `!important` outside `@media`.

    Raises:
        RenderError: The page or its CSS can't be parsed.

    Fetches nothing from the network and opens no files.
    """
    from lxml.etree import LxmlError  # type: ignore[import-untyped]  # noqa: PLC0415  slow to import, seldom needed
    from premailer import Premailer  # noqa: PLC0415

    try:
        return str(
            Premailer(
                html,
                strip_important=False,  # otherwise inlined rules would override those inside @media
                keep_style_tags=True,
                disable_validation=True,
                allow_network=False,
                allow_loading_external_files=False,
                cssutils_logging_level=logging.CRITICAL,
            ).transform()
        )
    except (LxmlError, DOMException, ValueError, AttributeError) as error:  # AttributeError: a page without elements
        raise RenderError(f"the mail's CSS can't be inlined: {error}: fix templates/email") from error

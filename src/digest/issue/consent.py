"""The words that a person agrees to: the sign-up page and the consent record use the same text."""

import hashlib

from digest.issue.newsletter import Newsletter
from digest.rendering.environment import Renderer
from digest.rendering.typography import typographic
from digest.subscribers.consent import ConsentWording

_VERSION_DIGITS = 12


def consent_wording(newsletter: Newsletter, language: str, renderer: Renderer) -> ConsentWording:
    """
    Build the text that a person agrees to by signing up: who sends what, how to reach the sender, and how to withdraw.

    Returns:
        Plain text, with an empty line between paragraphs. The version is a hash of the text, so any change to the
        text, including one made in the configuration, gives a new version.

    Source: Electronic Commerce Protection Regulations (CRTC), SOR/2012-36, s. 4.
    """
    _ = renderer.translations(language).gettext
    asked = _("I consent to receive {title} from {sender} by email, one issue a month.")
    withdrawn = _("I can withdraw my consent at any time with the unsubscribe link in every issue.")
    sender, *address = (
        typographic(line, language) for line in (newsletter.from_name_in(language), *newsletter.postal_address)
    )
    reached = ", ".join(dict.fromkeys((sender, *address))) + f". {newsletter.contact}"
    names = {"sender": sender, "title": typographic(newsletter.title_in(language), language)}
    text = f"{asked.format(**names)} {withdrawn}\n\n{reached}"
    return ConsentWording(text, hashlib.sha256(text.encode()).hexdigest()[:_VERSION_DIGITS], language)

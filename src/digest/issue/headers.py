"""The headers that all readers of an edition share. To, Date and Message-ID are added for each delivery."""

import re
import unicodedata
from email.headerregistry import Address

from digest.issue.addresses import home_url, issue_url
from digest.issue.newsletter import Newsletter
from digest.issue.placeholders import UNSUBSCRIBE_TEXT, placeholder
from digest.months import Month
from digest.rendering.words import one_line

_LIST_ID_OCTETS = 255  # RFC 2919, 3


def edition_headers(
    newsletter: Newsletter, month: Month, subject: str, language: str, nonce: str
) -> tuple[tuple[str, str], ...]:
    """
    Build the headers of an edition of the issue of *month*.

    Returns:
        Names and values in the order in which they are printed; values are decoded, unfolded and have no line breaks.
        List-Unsubscribe contains the placeholder of the reader's own link: exactly one https address.

    Raises:
        ValueError: *newsletter* has an invalid address.

    The DKIM signature must cover both List-Unsubscribe and List-Unsubscribe-Post.

    Source: RFC 5322, 3.6; RFC 2369, 3.2 and 3.6; RFC 2919, 3; RFC 8058, 3.1; RFC 3282; RFC 5064, 2.
    """
    pairs = [
        *author_headers(newsletter, language),
        ("Subject", subject),
        ("List-Id", list_id(newsletter)),
        ("List-Unsubscribe", f"<{placeholder(nonce, UNSUBSCRIBE_TEXT)}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("List-Archive", f"<{home_url(newsletter.base_url)}>"),
        ("Archived-At", f"<{issue_url(newsletter.base_url, month, language)}>"),
        ("Content-Language", language),
    ]
    return tuple((name, one_line(value)) for name, value in pairs)


def author_headers(newsletter: Newsletter, language: str) -> tuple[tuple[str, str], ...]:
    """
    Who writes, and where answers go, with the names that they have in *language*.

    Raises:
        ValueError: An address of *newsletter* is not one.
    """
    sender = Address(one_line(newsletter.from_name_in(language)), addr_spec=newsletter.from_address)
    if not newsletter.reply_to:
        return (("From", str(sender)),)
    answers = Address(one_line(newsletter.reply_name_in(language)), addr_spec=newsletter.reply_to)
    return ("From", str(sender)), ("Reply-To", str(answers))


def list_id(newsletter: Newsletter) -> str:
    """
    The name and the stable label of the list, the same in every language: `"Digest of X" <digest.example.org>`.

    The name is reduced to ASCII, because mail filters may miss a label that follows an encoded word.

    Source: RFC 2919, 3.
    """
    title = unicodedata.normalize("NFKD", newsletter.title_in(newsletter.languages[0]))
    words = one_line(title.encode("ascii", "ignore").decode()).replace("\\", "").replace('"', "").split()
    plain = re.sub(r"=+\?", "?", " ".join(words))  # so that nothing looks like an encoded word
    label = f"<{one_line(newsletter.list_id)}>"
    phrase = plain[: _LIST_ID_OCTETS - len(label) - 3].strip()
    return f'"{phrase}" {label}' if phrase else label

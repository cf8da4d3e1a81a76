"""Says why an address or a name is not accepted, in the page's language."""

from collections.abc import Callable

from digest.characters import CharacterFault, CharacterRule
from digest.errors import InvalidAddress
from digest.subscribers.address import AddressFault


def address_refusal(error: InvalidAddress, gettext: Callable[[str], str]) -> str:
    """The message beside an address that can't be mailed."""
    _ = gettext
    match error.fault:
        case AddressFault.INVISIBLE | AddressFault.CONTROL:
            return _(
                "The address contains an invisible character ({code}). Delete the address and type it again instead "
                "of pasting it."
            ).format(code=_code(error.character))
        case AddressFault.NOT_ASCII:
            return _(
                "We can’t send email to an address with {letter} before the @. Check the spelling, or use a "
                "different address."
            ).format(letter=error.character)
        case AddressFault.SEVERAL:
            return _("Enter only one address.")
        case AddressFault.NOT_ALONE:
            return _("Enter only the address, without a name or brackets, such as name@example.org.")
    return _("Enter one email address, such as name@example.org.")


def name_refusal(fault: CharacterFault, gettext: Callable[[str], str]) -> str:
    """The message beside an invalid name."""
    _ = gettext
    texts = {
        CharacterRule.LENGTH: _("Shorten the name to 200 characters or fewer."),
        CharacterRule.EMPTY: _("The name has no visible characters. Type it again, or leave the field empty."),
        CharacterRule.DIRECTION: _(
            "The name contains a character that changes the direction of the text ({code}). Delete the name and type "
            "it again."
        ),
        CharacterRule.INVISIBLE: _(
            "The name contains an invisible character ({code}). Delete the name and type it again."
        ),
        CharacterRule.UNUSABLE: _(
            "The name contains an unknown character ({code}). Delete the name and type it again."
        ),
        CharacterRule.ENCODED_WORD: _("The name looks like an encoded email header. Type it in plain letters."),
    }
    control = _("The name contains a control character ({code}). Delete the name and type it again.")
    return texts.get(fault.rule, control).format(code=_code(fault.character))


def _code(character: str) -> str:
    return f"U+{ord(character):04X}" if character else ""

"""The line that greets the reader."""

from collections.abc import Callable

from digest.rendering.environment import Renderer
from digest.rendering.typography import typographic
from digest.rendering.words import one_line


def greeting(name: str, language: str, renderer: Renderer) -> str:
    """
    Greet *name* in *language*: `Dear Ann Lee,`, or `Hello,` if the name is empty or has no letter.

    Returns:
        One line of plain text, whatever the name contains; not escaped.
    """
    return greeter(language, renderer)(name)


def greeter(language: str, renderer: Renderer) -> Callable[[str], str]:
    """Return a function that greets many people in one language; see `greeting`."""
    translations = renderer.translations(language)
    stranger = translations.gettext("Hello,")
    before, _, after = translations.gettext("Dear {name},").partition("{name}")

    def greet(name: str) -> str:
        known = one_line(name)
        nameable = known[:1].isalnum() or any(character.isalnum() for character in known)
        return f"{before}{typographic(known, language)}{after}" if nameable else stranger

    return greet

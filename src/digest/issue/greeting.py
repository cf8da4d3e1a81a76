"""The line that greets the reader."""

from digest.rendering.environment import Renderer
from digest.rendering.words import one_line


def greeting(name: str, language: str, renderer: Renderer) -> str:
    """
    Greet *name* in *language*: `Dear Ann Lee,`; without a name, or with one that has no letter, `Hello,`.

    Returns:
        One line of plain text, whatever the name holds; not escaped.
    """
    translations = renderer.translations(language)
    known = one_line(name)
    if not any(character.isalnum() for character in known):
        return translations.gettext("Hello,")
    return translations.gettext("Dear {name},").replace("{name}", known)

"""The files of the package: templates, catalogues, the example configuration, samples.

People edit these at the top of the repository; a wheel carries them beside the code.
"""

import gettext
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from digest.errors import ConfigError
from digest.issue.checks.mail.support import Support
from digest.issue.citations.apa import Apa

if TYPE_CHECKING:
    from digest.archive.citing.card import CardPress

_PACKAGE = Path(__file__).resolve().parents[1]
_IN_WHEEL = _PACKAGE / "_data"
_LOCALES = _PACKAGE / "locales"
_VENDORED = _PACKAGE / "vendored"


def shipped(name: str) -> Path:
    """Return the path of *name*, a file or folder of the package such as `templates`."""
    root = _IN_WHEEL if _IN_WHEEL.is_dir() else _PACKAGE.parents[1]
    return root / name


def load_templates(override: Path | None) -> dict[str, str]:
    """Return every template by its path, such as `email/digest/body.html`; *override* replaces shipped ones.

    Raises:
        ConfigError: *override* is not a folder, or a file in it is not UTF-8 text.
    """
    templates = dict(_texts(shipped("templates")))
    if override is not None:
        if not override.is_dir():
            raise ConfigError(f"content.templates: {override} is not a folder: create it, or leave the key empty")
        templates.update(_texts(override))
    return templates


def _texts(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            try:
                yield path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8")
            except UnicodeDecodeError as error:
                raise ConfigError(f"{path} is not UTF-8 text: only templates belong in this folder") from error


def load_assets(override: Path | None) -> dict[str, bytes]:
    """Return every file of the templates as bytes, by its path: style sheets, scripts and pictures to be served."""
    return {name: text.encode() for name, text in load_templates(override).items()}


def load_catalogues() -> Mapping[str, gettext.NullTranslations]:
    """Return the compiled catalogue of each language except English, whose texts are in the templates."""
    return {path.name: _catalogue(path) for path in sorted(_LOCALES.iterdir()) if path.is_dir() and path.name[0] != "_"}


def _catalogue(folder: Path) -> gettext.GNUTranslations:
    with (folder / "LC_MESSAGES" / "digest.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def load_apa() -> Apa:
    """Return the APA style and its words."""
    folder = _VENDORED / "csl"
    words = {path.stem.removeprefix("locales-"): path.read_bytes() for path in sorted(folder.glob("locales-*.xml"))}
    return Apa((folder / "apa.csl").read_bytes(), words)


def load_cards() -> "CardPress":
    """Return what draws the pictures of articles."""
    from digest.archive.citing.card import CardPress  # noqa: PLC0415  slow to import

    return CardPress((_VENDORED / "noto-serif" / "NotoSerif-SemiBold-subset.ttf").read_bytes())


def load_support() -> Support:
    """Return which HTML and CSS mail programs support."""
    return Support.of(json.loads((_VENDORED / "caniemail" / "features.json").read_text(encoding="utf-8")))

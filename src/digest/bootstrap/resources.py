"""What comes with the package: templates, catalogues, the example configuration, samples.

People edit these at the top of the repository; a wheel carries them beside the code.
"""

import gettext
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from digest.errors import ConfigError
from digest.issue.checks.mail.support import Support
from digest.issue.citations.apa import Apa

_PACKAGE = Path(__file__).resolve().parents[1]
_IN_WHEEL = _PACKAGE / "_data"
_LOCALES = _PACKAGE / "locales"
_VENDORED = _PACKAGE / "vendored"


def shipped(name: str) -> Path:
    """Where *name* (a file or folder such as `templates`) came with the package."""
    root = _IN_WHEEL if _IN_WHEEL.is_dir() else _PACKAGE.parents[1]
    return root / name


def load_templates(override: Path | None) -> dict[str, str]:
    """Every template by its path, such as `email/digest/body.html`; those in *override* replace the shipped ones.

    Raises:
        ConfigError: *override* is no folder, or a file in it is no UTF-8 text.
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
                raise ConfigError(f"{path} is not UTF-8 text: only templates belong into this folder") from error


def load_assets(override: Path | None) -> dict[str, bytes]:
    """Every file of the templates as bytes, by its path: style sheets, scripts and pictures are served as they are."""
    return {name: text.encode() for name, text in load_templates(override).items()}


def load_catalogues() -> Mapping[str, gettext.NullTranslations]:
    """The compiled catalogue of each language but English, whose texts are in the templates."""
    return {path.name: _catalogue(path) for path in sorted(_LOCALES.iterdir()) if path.is_dir() and path.name[0] != "_"}


def _catalogue(folder: Path) -> gettext.GNUTranslations:
    with (folder / "LC_MESSAGES" / "digest.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def load_apa() -> Apa:
    """The APA style and its words."""
    folder = _VENDORED / "csl"
    words = {path.stem.removeprefix("locales-"): path.read_bytes() for path in sorted(folder.glob("locales-*.xml"))}
    return Apa((folder / "apa.csl").read_bytes(), words)


def load_support() -> Support:
    """What mail programs support of HTML and CSS."""
    return Support.of(json.loads((_VENDORED / "caniemail" / "features.json").read_text(encoding="utf-8")))

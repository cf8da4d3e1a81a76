"""Which mail program supports which HTML and CSS feature. A module of its own, so that importing it stays cheap."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_NOT_SUPPORTED = "n"


@dataclass(frozen=True)
class Support:
    """
    Which mail program supports which HTML and CSS feature.

    Attributes:
        clients: The names of the programs.
        features: By slug, the feature's title and one letter per program: y (yes), a (partly), n (no), u (unknown).

    Source: https://www.caniemail.com.
    """

    clients: tuple[str, ...] = ()
    features: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Support":
        """Read the vendored JSON."""
        features = {slug: (str(title), str(letters)) for slug, (title, letters) in data["features"].items()}
        return cls(tuple(data["clients"]), features)

    def lacking(self, slug: str) -> tuple[str, ...]:
        """The programs that do not support the feature at all."""
        letters = self.features[slug][1]
        return tuple(name for name, letter in zip(self.clients, letters, strict=True) if letter == _NOT_SUPPORTED)

"""Wiring: from a configuration to the things that work. The one place that knows concrete classes."""

from digest.bootstrap.digest import Digest, open_digest

__all__ = ["Digest", "open_digest"]

"""Wiring: from a configuration to working parts. The only place that knows concrete classes."""

from digest.bootstrap.digest import Digest, open_digest

__all__ = ["Digest", "open_digest"]

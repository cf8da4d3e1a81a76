"""The configuration: one YAML file, every key of which the environment can override."""

from digest.config.loading import load_config
from digest.config.models import Config

__all__ = ["Config", "load_config"]

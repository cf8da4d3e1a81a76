"""The public pages: what was published, listed, found, cited and followed."""

"""Corrections of articles: what was changed, and how pages show it."""

"""Checks of what the editor wrote."""

"""Checks of the mail as it would be sent."""

"""Subscriber lists as CSV, our own and those of other systems."""

"""Adapters that hand over a batch."""

"""Subscribers and everything that belongs to a person."""

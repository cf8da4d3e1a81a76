"""Connecting to either database engine, and what the two spell differently."""

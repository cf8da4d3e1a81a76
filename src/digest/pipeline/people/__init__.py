"""Subscribers, their requests and lists, and the mail that answers them."""

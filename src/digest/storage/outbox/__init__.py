"""Campaigns, batches, deliveries and attempts."""

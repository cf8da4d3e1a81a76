"""What runs by itself or rarely: the calendar, cleaning up, backup and restore."""

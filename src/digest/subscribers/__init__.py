"""Who gets the issue: people, their addresses and preferences, and the rows of a subscriber list."""

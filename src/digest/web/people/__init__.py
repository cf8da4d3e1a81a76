"""The pages for subscribers, and for people who want to subscribe."""

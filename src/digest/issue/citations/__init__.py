"""Citations in APA style."""

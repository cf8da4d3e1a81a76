"""Output, questions and logs on a terminal or elsewhere."""

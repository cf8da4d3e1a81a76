"""From articles to the text of files."""

"""From text to articles and issue files, with the line of every error."""

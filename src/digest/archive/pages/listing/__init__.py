"""Pages that list: topics, types of research, authors and years, and the articles of each."""

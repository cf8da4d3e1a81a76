"""What the editor writes: articles and issue files, and the import of an existing blog."""

"""The index that the archive is searched and listed by: a SQLite file derived from the published issues."""

"""The rules of keeping published issues: pages, languages, colours. Pure."""

"""What the pages of the archive show: no personal token or name is in them."""

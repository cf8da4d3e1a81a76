"""The local preview of every edition. It answers only on this machine and stores nothing."""

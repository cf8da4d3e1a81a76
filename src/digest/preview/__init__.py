"""The editor's local look at every edition before it is sent: for this machine only, and nothing is stored."""

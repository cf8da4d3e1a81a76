"""From files to a frozen, approved and published issue."""

"""A SendGrid-like server for the tests: rules, a ledger of what it accepted, faults, signed events."""

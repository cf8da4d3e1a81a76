"""What tests need from outside Python: a PostgreSQL server and a browser."""

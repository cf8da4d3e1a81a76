"""Run by Alembic: migrates the connection that `digest.storage.db.database.upgrade` gives, inside its transaction."""

from alembic import context

from digest.storage.tables.metadata import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite can't alter a table in place
)
with context.begin_transaction():
    context.run_migrations()

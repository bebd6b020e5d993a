"""The store: tables, migrations and queries on SQLite and PostgreSQL."""

"""Alembic's folder: one file a version, each safe beside the version before it."""

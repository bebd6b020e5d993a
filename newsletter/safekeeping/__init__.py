"""Use case: backups, and what has to be done when one of them takes the database's place."""

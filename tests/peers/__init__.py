"""Other sides of a connection, played on loopback."""

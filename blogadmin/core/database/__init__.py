"""The database: engine and sessions, errors, schema, changes, and the private server."""

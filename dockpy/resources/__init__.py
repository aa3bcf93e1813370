"""The object model: one noun a file. Resources reach each other through their client, never by import."""

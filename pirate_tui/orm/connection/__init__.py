"""Connect to the database: URLs, TLS, the engine that runs and cancels every statement, and what records them.

What only one kind of database needs is in `dialects`; which statement is sent is up to the callers.
"""

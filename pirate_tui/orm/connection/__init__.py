"""The way to the database: URLs, TLS, the engine that runs and cancels every statement, and what records them.

What only one kind of database needs is in `dialects`; what a statement asks for is with whoever asks.
"""

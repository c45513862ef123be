"""A terminal browser for the objects behind async SQLAlchemy models."""

__version__ = "0.1.0"

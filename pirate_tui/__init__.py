"""A terminal browser for the objects behind async SQLAlchemy models.

PYTEST_DONT_REWRITE: the plugin for pytest asserts nothing, and pytest warns where the probe has imported this before.
"""

__version__ = "0.1.0"

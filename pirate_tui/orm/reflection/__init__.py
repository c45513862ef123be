"""Map classes for a database without models, and probe which tables a database really has.

Reading the catalog of one kind of database is in its folder in `dialects`.
"""

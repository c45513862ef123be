"""One folder for each kind of database, and what servers have in common.

A folder holds how its kind is connected to, its SQL, the probe of its schema and its reflection. No folder imports
another; `registry` is the only module that knows them all.
"""

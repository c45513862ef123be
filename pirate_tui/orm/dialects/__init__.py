"""Hold one folder for each kind of database, and what servers have in common.

A folder holds the connection, the SQL, the schema probe and the reflection of its kind. No folder imports another;
`registry` is the only module that knows them all.
"""

"""Find what a schema reads of a mapped class, the one SELECT that loads it all, and prove that on rows.

A schema is whatever makes a response of an instance: a model of pydantic, a struct of msgspec, a dataclass, a class of
attrs, a schema of marshmallow, or any function. None of these libraries is imported unless the schema is of it.
"""

"""The user's own mapped classes: a module or file is imported, and its registries are found.

Its code runs when it is imported; what runs later, when an attribute is read, is contained by `user_code`.
"""

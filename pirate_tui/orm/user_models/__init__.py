"""Import a module or file of mapped classes, and find its registries.

Its code runs when it is imported; what runs later, when an attribute is read, is contained by `user_code`.
"""

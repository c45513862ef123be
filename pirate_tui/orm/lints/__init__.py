"""Lints of mappings: what will hurt, told from the mappers alone. No row is read, and nothing is sent."""

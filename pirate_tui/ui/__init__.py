"""Textual: screens and widgets, which know the domain and its ports and nothing else."""

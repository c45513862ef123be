"""Screens and widgets of Textual, which know the domain and its ports and nothing else."""

"""Screens, each of which mediates between its widgets."""

"""Screens: each is the one mediator of its widgets."""

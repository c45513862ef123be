"""Widgets: they show values and post messages; they hold no port and never talk sideways."""

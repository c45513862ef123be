"""Widgets, which show values and post messages; they hold no port and know no sibling."""

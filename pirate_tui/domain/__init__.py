"""Frozen values and pure rules, which every other layer may use.

The values are named tuples; docs/decisions/named-tuples.md has the reason.
"""

"""Frozen values and pure rules, which every other layer may use.

The values are named tuples: a frozen dataclass with slots takes ten times as long to define (0.8 ms, all of it before
the first paint) and three times as long to make, of which every page makes hundreds.
"""

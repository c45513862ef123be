"""Inspect instances without any IO: their attributes, their state, and what a plain access would do.

The line of code that makes the access is here, too. Why an access failed is in `explanation`.
"""

"""What can be known of an instance without any IO: its attributes, their state, and what a plain access would do.

Here is also the line of code that makes the access. What it means that an access failed is in `explanation`.
"""

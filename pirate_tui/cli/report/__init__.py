"""What `check` writes: its results as a value, what is made of them, and a module for each format."""

"""Sub-commands: arguments in, exit code out. The layers below do the work."""

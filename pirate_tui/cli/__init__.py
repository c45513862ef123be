"""The sub-commands: arguments in, exit code out. What they do is done by the layers below."""

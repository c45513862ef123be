"""The world that ships: crews and their members. Nothing outside knows that they exist."""

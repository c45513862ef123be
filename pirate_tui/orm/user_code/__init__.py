"""Run code that is not ours (types, properties, reprs, listeners, drivers): its errors, time and side effects."""

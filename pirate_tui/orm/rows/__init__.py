"""Read rows of a table by Core statements: keyset windows, order, filters, searches, cells. No instances are made."""

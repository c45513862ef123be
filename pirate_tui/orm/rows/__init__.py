"""Rows of a table as Core statements: keyset windows, order, filters, searches, cells. No instances are made here."""

"""Bookkeeping task families."""

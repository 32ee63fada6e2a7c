"""Drawn screens that teach the core generic skills: pointing, copying, tables, forms, asking."""

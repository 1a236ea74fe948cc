"""Texts of two languages in one space: vectors, and what is matched by them."""

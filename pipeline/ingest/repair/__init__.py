"""Undoing what layout did to a text: line-end hyphens, ciphers, page furniture."""

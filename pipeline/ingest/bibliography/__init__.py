"""Bibliographies: exports of Zotero, CNKI and others read into records, and records tied to files."""

"""Zwiesprache: from Chinese and German texts to figures and tables that lead back to a page."""

__version__ = "0.1.0"

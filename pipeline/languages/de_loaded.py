"""Loads the dictionaries of German; for the server that workers are forked from (`pipeline.servers`)."""

from pipeline.languages.dictionary import dictionary
from pipeline.languages.hanta import load_tables
from pipeline.memory import without_collections

with without_collections():
    dictionary()
    load_tables()

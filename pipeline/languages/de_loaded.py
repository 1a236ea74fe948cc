"""Loads the dictionaries of German; for the server that workers are forked from (`pipeline.servers`)."""

import gc

from pipeline.languages.hanta import load_tables
from pipeline.languages.lemmas import dictionary

dictionary()
load_tables()
gc.freeze()  # or the first look for garbage would copy, in each worker, all that they have in common

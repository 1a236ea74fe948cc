"""Loads the tables of letters by which texts are read; for the server that workers are forked from."""

import numpy as np

from pipeline.ingest.shingles import read_letters
from pipeline.languages.identify import identify

read_letters(["a"], np.array([1]))
identify(["das ist nicht mit der"])  # by its function words: no larger model is loaded

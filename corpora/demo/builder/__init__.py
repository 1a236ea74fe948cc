"""Makes the files of the demo corpus, and what is true of them, from its manuscripts."""

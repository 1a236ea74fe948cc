"""What the program knows of each language, one file a language; and which language a passage is in."""

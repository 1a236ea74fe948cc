"""The lexicon, and finding its mentions."""

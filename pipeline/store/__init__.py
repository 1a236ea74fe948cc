"""Documents, passages, types and tokens on disk: the only room that knows how files are laid out."""

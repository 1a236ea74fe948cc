"""Topic models: units of text, models, how sure they are, and their tables. See docs/topics.md."""

"""Tables, figures, captions and the report: what leaves the house."""

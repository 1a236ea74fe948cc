"""The paper pack: figures, tables, methods and bibliography that go into a paper as they are."""

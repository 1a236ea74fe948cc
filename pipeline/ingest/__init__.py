"""From files and tables to documents and passages: sources, readers, repair, dates, duplicates."""

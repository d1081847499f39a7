"""Rates and their evidence, for people: terminal, HTML, Markdown, and files for other tools."""

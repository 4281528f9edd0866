"""A PDF knows where each character stands, and nothing of lines, paragraphs, headings and tables."""

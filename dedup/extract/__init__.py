"""Articles from raw web pages: HTML files and WARC archives."""

"""Images: their URLs, and the files that this site serves itself."""

"""Results as files that people look at: one HTML page that needs nothing else, and Markdown for a pull request."""

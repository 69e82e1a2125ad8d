"""Makes the pages of the documentation site: those of docs/ for a web server, and a reference of the API."""

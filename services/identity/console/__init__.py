"""Sign-in to the console: a browser shows a ticket, a phone approves it, and the browser has a session."""

"""Messages: what to tell whom, when; into inboxes, and by robots into group chats."""

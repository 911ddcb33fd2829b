"""Where people and programs ask: HTTP, the web page, Slack."""

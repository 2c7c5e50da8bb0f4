"""The pages of those who administer agencies, people, posts and calendars."""

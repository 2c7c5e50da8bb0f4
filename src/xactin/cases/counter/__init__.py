"""The one-stop counter: an official begins a case for a person who stands there."""

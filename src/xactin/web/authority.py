"""The commands about an authority as a whole: init, token, audit."""

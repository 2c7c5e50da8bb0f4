"""Files of the national procedure database, read into designs, with what a person should look at. Pure."""

"""The checks that need neither a database nor a network: proofs and procedure packages."""

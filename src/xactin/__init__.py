"""Xác Tín: a platform for a digital authority, where every act is an attestation."""

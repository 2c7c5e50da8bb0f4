"""The public log of one authority: places, trees, checkpoints, witnesses, and what is kept off this machine."""

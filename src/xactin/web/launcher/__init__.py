"""How an authority's processes are brought up, watched and ended on one machine."""

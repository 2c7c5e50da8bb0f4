"""Procedures as packages of open formats, and the engine that carries dossiers through them.

`package` reads a folder, `check` lists what is wrong with it, `engine` decides what an act does. All of it
is pure: data, time and calendar come in as arguments; states and effects, small JSON, come out.
"""

"""What a post is, for the build, the plugins, the newsletter and the command line alike.

A leaf: it imports the standard library, lxml, dateutil, unidecode, MarkupSafe and imagesize,
and nothing else of this project. Importing the package itself costs nothing.
"""

"""What an edit means: pure functions over frozen values, standard library only.

Nothing here opens a file, a connection, a clock or a log.
"""

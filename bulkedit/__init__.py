"""Edit many records of a CKAN data catalogue safely, in a spreadsheet."""

__version__ = "0.1.0"

"""Workbooks: written with XlsxWriter, read with openpyxl, written back by splicing our own cells.

The only importer of openpyxl and xlsxwriter.
"""

"""Exports in: preview, run, resume. The file's rows become source records, each accounted for."""

"""The police form on paper: a kept sheet, forms for the pen, the register that an authority asked for.

Drawing is pure and gives a page; `pdf_of` sets it in type. What is drawn is of the vault: it goes to whoever
asked for it, and is kept nowhere.
"""

from server.papers.sheets.drawing import AT_ONCE, draw_blank, draw_sheet, in_files
from server.papers.sheets.registers import Request, draw_register, register_digest
from server.papers.sheets.setting import pdf_of

__all__ = [
    "AT_ONCE",
    "Request",
    "draw_blank",
    "draw_register",
    "draw_sheet",
    "in_files",
    "pdf_of",
    "register_digest",
]

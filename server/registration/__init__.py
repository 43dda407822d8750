"""The legal guest form: who must register where, the vault that keeps it, what is handed to an authority."""

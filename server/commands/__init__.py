"""The commands of `./oneguest`, one file each: HELP, EXAMPLE, add_arguments(parser), run(args, settings).

A file named `import_.py` is the command `import`; `journal_verify.py` is `journal verify`. Heavy parts are
imported inside `run`, so that `--help` and small commands answer at once.
"""

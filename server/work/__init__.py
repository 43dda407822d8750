"""What the worker does, one file for each kind of work: run(task), and EVERY when it recurs."""

"""What a finished form does, one file for each form."""

"""One module per command: arguments, printing, exit codes; the work is done elsewhere."""

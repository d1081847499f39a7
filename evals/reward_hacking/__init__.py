"""Does a model game the grader of its work? Found by execution."""

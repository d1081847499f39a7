"""What is asked: one folder per family of evals, and the parts they share."""

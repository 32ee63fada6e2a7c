"""The operator's own jobs on their own files: what was shown, what done means, what was done."""

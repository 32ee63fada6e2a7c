"""The night: review, consolidate, exam, promote or reject, and the log that says so."""

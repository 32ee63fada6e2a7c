"""Who decides, and who watches: policies, the loop, and the verbs of the command line."""

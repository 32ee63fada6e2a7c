"""MiniWoB++: small web pages that start and score by seed, touched like any other screen."""

"""What was asked and how it ended, for feedback and for finding gaps."""

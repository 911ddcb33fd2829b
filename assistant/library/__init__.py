"""The one door to what was ingested: catalogue, words, vectors and encoders."""

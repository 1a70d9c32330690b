"""What callers hear: the catalogue of texts, the finished A-law clips, and what makes them."""

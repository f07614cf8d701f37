"""Names: labels, synonyms, compact and external identifiers, and the terms that they stand for."""

"""Questions: files that hold a query, its parameters and its columns, and the asking of them."""

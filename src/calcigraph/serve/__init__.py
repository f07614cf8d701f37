"""The server: SPARQL 1.1 Protocol, questions as an API, linked data; queries run in processes of their own."""

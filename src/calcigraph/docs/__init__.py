"""The documentation: a static site made from the ontology, the questions, the rules, the shapes and the records."""

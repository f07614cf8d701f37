"""Records: YAML files that a curator writes, read into linked data with every problem found on the way."""

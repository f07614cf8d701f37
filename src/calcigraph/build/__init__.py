"""Build: seeds → records → graph → reasoning → validation → store; the only place that knows the order."""

# Adds named graphs, with their digests.
INSERT DATA {
$graphs
}

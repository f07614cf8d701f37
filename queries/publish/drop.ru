# Takes a named graph away, with its digest.
DROP SILENT GRAPH <$graph> ;
DELETE WHERE {
  GRAPH <https://w3id.org/calcigraph/graph/published> {
    <$graph> <http://spdx.org/rdf/terms#checksum> ?checksum .
    ?checksum ?property ?value .
  }
} ;
DELETE WHERE {
  GRAPH <https://w3id.org/calcigraph/graph/published> { <$graph> <http://spdx.org/rdf/terms#checksum> ?checksum }
} ;

# Takes a named graph away, with its digest.
DROP SILENT GRAPH <$graph> ;
DELETE WHERE {
  GRAPH <https://w3id.org/calcigraph/graph/published> { <$graph> <http://purl.org/dc/terms/identifier> ?digest }
} ;

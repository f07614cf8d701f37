# The counts of published data sets as metadat holds them, in the form of counts.csv.
suppressPackageStartupMessages(library(metadat))
put <- function(name, study, events, patients) {
    rows <- data.frame(dataset = name, study = gsub(",", "", study), events = events, patients = patients)
    write.table(rows, sep = ",", quote = FALSE, row.names = FALSE, col.names = FALSE)
}
cat("dataset,study,events,patients\n")
with(dat.pritz1997, put("pritz-1997", paste(authors, study), xi, ni))
with(dat.debruin2009, put("debruin-2009", paste(author, year), xi, ni))
with(dat.hannum2020, put("hannum-2020", authorName, xi, ni))
with(dat.damico2009, put("damico-2009-treated", paste(study, year), xt, nt))
with(dat.nielweise2007, put("nielweise-2007-treated", paste(author, year), ai, n1i))
with(dat.bcg, put("bcg-vaccinated", paste(author, year), tpos, tpos + tneg))

# What metafor makes of the counts in a CSV file: one figure a line, for the whole and without each study in turn.
suppressPackageStartupMessages(library(metafor))
counts <- read.csv(commandArgs(trailingOnly = TRUE)[1], stringsAsFactors = FALSE)
put <- function(dataset, without, name, value) {
    cat(sprintf("%s,%s,%s,%.10g\n", dataset, without, name, value))
}
cat("dataset,without,figure,value\n")
for (name in unique(counts$dataset)) {
    rows <- counts[counts$dataset == name, ]
    # By default the search for tau squared ends once it is known to some 1e-4, which the third decimal of I squared shows.
    fit <- function(test) {
        rma(measure = "PLO", xi = events, ni = patients, data = rows, method = "PM", test = test, control = list(tol = 1e-10))
    }
    found <- fit("knha")
    back <- predict(found, transf = transf.ilogit)
    floored <- predict(fit("adhoc"), transf = transf.ilogit)
    put(name, "", "estimate", back$pred)
    put(name, "", "low", back$ci.lb)
    put(name, "", "high", back$ci.ub)
    put(name, "", "prediction_low", back$pi.lb)
    put(name, "", "prediction_high", back$pi.ub)
    put(name, "", "floored_low", floored$ci.lb)
    put(name, "", "floored_high", floored$ci.ub)
    put(name, "", "logit", coef(found))
    put(name, "", "se", found$se)
    put(name, "", "tau2", found$tau2)
    put(name, "", "i2", found$I2)
    put(name, "", "q", found$QE)
    put(name, "", "q_p", found$QEp)
    if (nrow(rows) > 2) {
        left <- leave1out(found, transf = transf.ilogit)
        for (study in seq_len(nrow(rows))) {
            for (figure in c("estimate", "tau2", "q")) {
                put(name, study, figure, left[[switch(figure, q = "Q", figure)]][study])
            }
            put(name, study, "low", left$ci.lb[study])
            put(name, study, "high", left$ci.ub[study])
            put(name, study, "i2", left$I2[study])
        }
    }
}

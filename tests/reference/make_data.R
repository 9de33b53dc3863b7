# Writes the data sets as CSV: of R's survival package, the used columns, factors as numbers.
# myeloma.csv is no data set of R and stands here already; see README.md.

source("common.R")

write_table(lung, "lung.csv")
mgus2$sex <- as.character(mgus2$sex)
write_table(mgus2, "mgus2.csv")
heart$transplant <- as.integer(as.character(heart$transplant))
write_table(heart, "heart.csv")
write_table(ovarian, "ovarian.csv")
write_table(transform(veteran, celltype = as.integer(celltype)), "veteran.csv")
write_table(with(rats, data.frame(litter, rx, time, status, female = as.integer(sex == "f"))),
            "rats.csv")
write_table(with(colon, data.frame(
    id, lev = as.integer(rx == "Lev"), lev5fu = as.integer(rx == "Lev+5FU"), male = sex, age,
    obstruct, adhere, differ, node4, extent, time, status, etype
)), "colon.csv")
write_table(with(pbc[!is.na(pbc$trt), ], data.frame(id, trt, time, status)), "pbc.csv")
write_table(with(cgd, data.frame(
    id, treat = as.integer(treat == "rIFN-g"), age, steroids, propylac,
    hospital = as.integer(hos.cat), enum, tstart, tstop, status
)), "cgd.csv")

# a row from each visit to the next, the values of the visit throughout; status at the last row's
# end: 0 censored, 1 transplanted, 2 died. A visit on the last day begins no row
visits <- pbcseq[order(pbcseq$id, pbcseq$day), ]
last <- !duplicated(visits$id, fromLast = TRUE)
tstop <- ifelse(last, visits$futime, c(visits$day[-1], NA))
rows <- with(visits, data.frame(
    id, trt, age, edema, bili, albumin, protime, tstart = day, tstop, status = ifelse(last, status, 0L)
))
stopifnot(all(rows$tstart < rows$tstop))
write_table(rows, "pbcseq.csv")

# remission and transplant are 0 up to and on their day, 1 after it
rows <- tmerge(myeloid[, c("id", "trt", "sex")], myeloid, id = id, death = event(futime, death),
               transplant = tdc(txtime), remission = tdc(crtime))
write_table(with(rows, data.frame(
    id, trt_b = as.integer(trt == "B"), male = as.integer(sex == "m"), tstart, tstop, death,
    transplant, remission
)), "myeloid_rows.csv")

write_table(transform(kidney, disease = as.integer(disease)), "kidney.csv")
write_table(gbsg, "gbsg.csv")

/** From which version a package can be installed, and whether it must not be skipped. They go with the package. */
export const ruleTables = [
  `create table package_rules (
     package text primary key references packages on delete cascade, needs text, floor boolean not null)`,
]

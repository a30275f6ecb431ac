/** How many units a claim lets enrol, until when, and which did. `used_by` is the last of them, once no use is left: what a version before looks at. */
export const claimTables = [
  `alter table claims
     add column uses int not null default 1, add column expires_at timestamptz, add column withdrawn_at timestamptz`,
  `create table claim_uses (
     token_hash text not null references claims on delete cascade, unit text collate "C" not null, at timestamptz not null,
     primary key (token_hash, unit))`,
]

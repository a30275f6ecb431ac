/*
 * What keeps lists and counts of devices quick when there are a million of them.
 */

/**
 * How many devices there are of each kind. Whoever writes a device appends what changed, so that no two writers wait for
 * one row; now and then one of them adds the changes up. Together they are always exact.
 */
const counts = [
  `create table device_counts (
     product text not null, version text not null, hardware text not null, status text not null, devices bigint not null,
     primary key (product, version, hardware, status))`,
  `create table device_changes (
     product text not null, version text not null, hardware text not null, status text not null, devices bigint not null)`,
  `insert into device_counts
   select product, version, hardware, status, count(*) from devices group by product, version, hardware, status`,
  // Rows that are appended meanwhile are not seen, neither by the delete nor by the sum.
  `create function add_up_device_changes() returns void language sql as $$
     with gone as (delete from device_changes returning *)
     insert into device_counts as c
       select product, version, hardware, status, sum(devices) from gone group by product, version, hardware, status
     on conflict (product, version, hardware, status) do update set devices = c.devices + excluded.devices;
     delete from device_counts where devices = 0
   $$`,
  `create function count_device() returns trigger language plpgsql as $$
   begin
     if tg_op <> 'INSERT' then
       insert into device_changes values (old.product, old.version, old.hardware, old.status, -1);
     end if;
     if tg_op <> 'DELETE' then
       insert into device_changes values (new.product, new.version, new.hardware, new.status, 1);
     end if;
     -- Any number would do for the lock, as long as it stays.
     if random() < 0.002 and pg_try_advisory_xact_lock(7340002) then
       perform add_up_device_changes();
     end if;
     return null;
   end $$`,
  'create trigger count_new_device after insert or delete on devices for each row execute function count_device()',
  // A probe that tells nothing new writes the row, too, and must not pay for this.
  `create trigger count_changed_device after update on devices for each row
   when ((old.product, old.version, old.hardware, old.status)
     is distinct from (new.product, new.version, new.hardware, new.status))
   execute function count_device()`,
]

/** Each list is read by id from where it was left, so the id stands in each index behind what is asked for. */
const indexes = [
  'drop index devices_of_product',
  'create index devices_of_product on devices (product, id)',
  'create index devices_of_version on devices (version, id)',
  'create index devices_of_hardware on devices (hardware, id)',
  'create index devices_of_status on devices (status, id)',
  // A version may have hardly any devices of one status: counted apart, the two would promise many, and each be looked at.
  'create statistics devices_of_kind (mcv) on product, version, hardware, status from devices',
  'create index devices_of_identity on devices using gin ((identity::jsonb) jsonb_path_ops)',
  'create index devices_of_attribute on devices using gin ((attributes::jsonb) jsonb_path_ops)',
  'create index devices_of_label on devices using gin (labels jsonb_path_ops)',
  // A PostgreSQL without pg_trgm, or an owner who may not add it, has slow searches, and all else. It is there once for all
  // projects, of which none may take it along when it goes.
  `do $$ begin
     create extension if not exists pg_trgm with schema public;
     execute format('create index devices_of_text on devices using gin ((identity::text) %I.gin_trgm_ops)',
       (select nspname from pg_extension join pg_namespace n on n.oid = extnamespace where extname = 'pg_trgm'));
   exception when insufficient_privilege or feature_not_supported or undefined_file or invalid_schema_name then
     raise notice 'no pg_trgm: %', sqlerrm;
   end $$`,
]

export const quickLists = [...counts, ...indexes]

/**
 * Every probe writes when the device was heard. Where its page has room for the new row, none of the indexes above is written; pages
 * that were filled to the brim before this get there with time, or by `vacuum full devices`.
 */
export const roomForContacts = ['alter table devices set (fillfactor = 80)']

/** Whom rollouts have to look at to be counted, however many devices they are for. */
export const countedAttempts = [
  "create index attempts_counted on attempts (package) where state in ('updating', 'failed', 'rolled_back')",
]

create function refuse_ledger_change() returns trigger language plpgsql as $$
begin
  raise exception 'credit_entries is append-only: write a new entry instead' using errcode = 'restrict_violation';
end
$$;
--> statement-breakpoint
create trigger credit_entries_append_only before update or delete on credit_entries
for each row execute function refuse_ledger_change();
--> statement-breakpoint
create trigger credit_entries_no_truncate before truncate on credit_entries
for each statement execute function refuse_ledger_change();

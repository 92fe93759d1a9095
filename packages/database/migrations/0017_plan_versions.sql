CREATE TABLE "plan_versions" (
	"plan_id" text NOT NULL,
	"version" integer NOT NULL,
	"base_version" integer,
	"job_id" text,
	"values" jsonb NOT NULL,
	"sources" jsonb NOT NULL,
	"pages" integer NOT NULL,
	"document_asset_id" text NOT NULL,
	"plan_asset_id" text NOT NULL,
	"markdown_asset_id" text NOT NULL,
	"calendar_asset_id" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "plan_versions_plan_id_version_pk" PRIMARY KEY("plan_id","version"),
	CONSTRAINT "plan_versions_base" CHECK (("plan_versions"."version" = 1 and "plan_versions"."base_version" is null) or ("plan_versions"."version" > 1 and "plan_versions"."base_version" between 1 and "plan_versions"."version" - 1))
);
--> statement-breakpoint
CREATE TABLE "plans" (
	"id" text PRIMARY KEY NOT NULL,
	"account_id" text NOT NULL,
	"latest_version" integer NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "plans_latest_version" CHECK ("plans"."latest_version" >= 1)
);
--> statement-breakpoint
ALTER TABLE "jobs" DROP CONSTRAINT "jobs_kind";--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "plan_id" text;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "plan_version" integer;--> statement-breakpoint
ALTER TABLE "plan_versions" ADD CONSTRAINT "plan_versions_plan_id_plans_id_fk" FOREIGN KEY ("plan_id") REFERENCES "public"."plans"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plan_versions" ADD CONSTRAINT "plan_versions_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "public"."jobs"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plan_versions" ADD CONSTRAINT "plan_versions_document_asset_id_assets_id_fk" FOREIGN KEY ("document_asset_id") REFERENCES "public"."assets"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plan_versions" ADD CONSTRAINT "plan_versions_plan_asset_id_assets_id_fk" FOREIGN KEY ("plan_asset_id") REFERENCES "public"."assets"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plan_versions" ADD CONSTRAINT "plan_versions_markdown_asset_id_assets_id_fk" FOREIGN KEY ("markdown_asset_id") REFERENCES "public"."assets"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plan_versions" ADD CONSTRAINT "plan_versions_calendar_asset_id_assets_id_fk" FOREIGN KEY ("calendar_asset_id") REFERENCES "public"."assets"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plans" ADD CONSTRAINT "plans_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "plan_versions_job" ON "plan_versions" USING btree ("job_id");--> statement-breakpoint
CREATE INDEX "plan_versions_document" ON "plan_versions" USING btree ("document_asset_id");--> statement-breakpoint
CREATE INDEX "plan_versions_plan" ON "plan_versions" USING btree ("plan_asset_id");--> statement-breakpoint
CREATE INDEX "plan_versions_markdown" ON "plan_versions" USING btree ("markdown_asset_id");--> statement-breakpoint
CREATE INDEX "plan_versions_calendar" ON "plan_versions" USING btree ("calendar_asset_id");--> statement-breakpoint
CREATE INDEX "plans_account" ON "plans" USING btree ("account_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "jobs_one_regeneration" ON "jobs" USING btree ("plan_id") WHERE "jobs"."plan_id" is not null and "jobs"."settled_at" is null;--> statement-breakpoint
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_plan" CHECK (("jobs"."plan_id" is null) = ("jobs"."plan_version" is null));--> statement-breakpoint
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_kind" CHECK ("jobs"."kind" in ('picture-book', 'document-report', 'learning-plan', 'learning-plan-regeneration'));
--> statement-breakpoint
create function refuse_plan_version_change() returns trigger language plpgsql as $$
begin
  if to_jsonb(new) - 'job_id' <> to_jsonb(old) - 'job_id' then
    raise exception 'plan_versions do not change: make a new version instead' using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;
--> statement-breakpoint
create trigger plan_versions_do_not_change before update on plan_versions
for each row execute function refuse_plan_version_change();

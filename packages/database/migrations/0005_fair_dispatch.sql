CREATE TABLE "account_lanes" (
	"account_id" text NOT NULL,
	"priority" integer NOT NULL,
	"finish_tag" double precision DEFAULT 0 NOT NULL,
	"head_key" double precision,
	CONSTRAINT "account_lanes_account_id_priority_pk" PRIMARY KEY("account_id","priority")
);
--> statement-breakpoint
CREATE TABLE "dispatch_pace" (
	"id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"observed_at" timestamp with time zone DEFAULT now() NOT NULL,
	"saturated" boolean DEFAULT false NOT NULL,
	"credits" double precision DEFAULT 0 NOT NULL,
	"seconds" double precision DEFAULT 0 NOT NULL,
	"window_flows" integer DEFAULT 0 NOT NULL,
	"account_window_flows" integer DEFAULT 0 NOT NULL,
	"half_factor" double precision DEFAULT 1 NOT NULL,
	"most_factor" double precision DEFAULT 2 NOT NULL,
	"estimates" bigint DEFAULT 0 NOT NULL,
	"within_half" bigint DEFAULT 0 NOT NULL,
	"within_most" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "dispatch_pace_one_row" CHECK ("dispatch_pace"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "priority_lanes" (
	"priority" integer PRIMARY KEY NOT NULL,
	"virtual_time" double precision DEFAULT 0 NOT NULL,
	"queue_base" double precision DEFAULT 0 NOT NULL
);
--> statement-breakpoint
DROP INDEX "jobs_queued";--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "weight" double precision DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "deadline" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "fair_key" double precision;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "queued_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "admitted_key" double precision;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "estimate_half_ms" integer;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "estimate_most_ms" integer;--> statement-breakpoint
ALTER TABLE "account_lanes" ADD CONSTRAINT "account_lanes_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "account_lanes_waiting" ON "account_lanes" USING btree ("priority" DESC NULLS FIRST,"head_key","account_id") WHERE "account_lanes"."head_key" is not null;--> statement-breakpoint
CREATE INDEX "jobs_waiting" ON "jobs" USING btree ("account_id","priority","fair_key","id") WHERE "jobs"."fair_key" is not null;--> statement-breakpoint
CREATE INDEX "jobs_without_key" ON "jobs" USING btree (coalesce("delay_until", "created_at")) WHERE "jobs"."status" = 'queued' and "jobs"."fair_key" is null;--> statement-breakpoint
CREATE INDEX "jobs_in_window" ON "jobs" USING btree ("account_id") WHERE "jobs"."admitted_key" is not null and "jobs"."settled_at" is null;--> statement-breakpoint
CREATE INDEX "jobs_by_deadline" ON "jobs" USING btree ("deadline") WHERE "jobs"."deadline" is not null and "jobs"."settled_at" is null;--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_weight" CHECK ("accounts"."weight" between 0.01 and 100);--> statement-breakpoint
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_fair_key" CHECK ("jobs"."fair_key" is null or "jobs"."status" = 'queued');--> statement-breakpoint
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_deadline" CHECK ("jobs"."deadline" > "jobs"."delay_until");--> statement-breakpoint
INSERT INTO "dispatch_pace" DEFAULT VALUES;--> statement-breakpoint
-- What is in the queue already has its place in the window. What waits gets its key from the first claim.
UPDATE "jobs" SET "admitted_key" = 0, "queued_at" = "created_at" WHERE "status" = 'running';

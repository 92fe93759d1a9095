CREATE TABLE "dead_letters" (
	"id" text PRIMARY KEY NOT NULL,
	"account_id" text NOT NULL,
	"job_id" text NOT NULL,
	"step_id" text NOT NULL,
	"kind" text NOT NULL,
	"key" text NOT NULL,
	"handler" text NOT NULL,
	"worker" text NOT NULL,
	"item_index" integer,
	"round" integer NOT NULL,
	"generation" integer NOT NULL,
	"input" jsonb NOT NULL,
	"error" jsonb NOT NULL,
	"failures" jsonb NOT NULL,
	"logs" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"replayed_at" timestamp (3) with time zone,
	"replayed_by" text,
	CONSTRAINT "dead_letters_replayed" CHECK (("dead_letters"."replayed_at" is null) = ("dead_letters"."replayed_by" is null)),
	CONSTRAINT "dead_letters_replayed_by" CHECK ("dead_letters"."replayed_by" in ('account', 'operator'))
);
--> statement-breakpoint
DROP INDEX "credit_entries_once";--> statement-breakpoint
ALTER TABLE "credit_entries" ADD COLUMN "round" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "round" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "captured_before" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "steps" ADD COLUMN "claimed_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "steps" ADD COLUMN "claimed_generation" integer;--> statement-breakpoint
ALTER TABLE "steps" ADD COLUMN "losses" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "steps" ADD COLUMN "throttled_ms" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "steps" ADD COLUMN "retry_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "steps" ADD COLUMN "failures" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "dead_letters" ADD CONSTRAINT "dead_letters_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dead_letters" ADD CONSTRAINT "dead_letters_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "public"."jobs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dead_letters" ADD CONSTRAINT "dead_letters_step_id_steps_id_fk" FOREIGN KEY ("step_id") REFERENCES "public"."steps"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "dead_letters_account" ON "dead_letters" USING btree ("account_id","id");--> statement-breakpoint
CREATE INDEX "dead_letters_open" ON "dead_letters" USING btree ("id") WHERE "dead_letters"."replayed_at" is null;--> statement-breakpoint
CREATE INDEX "dead_letters_step" ON "dead_letters" USING btree ("step_id");--> statement-breakpoint
CREATE INDEX "dead_letters_job" ON "dead_letters" USING btree ("job_id");--> statement-breakpoint
CREATE UNIQUE INDEX "credit_entries_once" ON "credit_entries" USING btree ("job_id","kind","round");--> statement-breakpoint
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_round" CHECK ("jobs"."round" >= 1 and "jobs"."captured_before" between 0 and "jobs"."price" and ("jobs"."captured" is null or "jobs"."captured" >= "jobs"."captured_before"));--> statement-breakpoint
ALTER TABLE "steps" ADD CONSTRAINT "steps_waits" CHECK ("steps"."losses" >= 0 and "steps"."throttled_ms" >= 0);
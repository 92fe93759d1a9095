ALTER TABLE "accounts" ADD COLUMN "tier" text;--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "stripe_customer_id" text;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "usage_estimate" jsonb;--> statement-breakpoint
CREATE INDEX "jobs_reserving" ON "jobs" USING btree ("account_id") WHERE "jobs"."usage_estimate" is not null and "jobs"."settled_at" is null;
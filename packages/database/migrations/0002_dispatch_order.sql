ALTER TABLE "jobs" DROP CONSTRAINT "jobs_settlement";--> statement-breakpoint
DROP INDEX "jobs_queued";--> statement-breakpoint
CREATE INDEX "jobs_queued" ON "jobs" USING btree ("priority" DESC NULLS FIRST,"id") WHERE "jobs"."status" = 'queued';--> statement-breakpoint
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_settlement" CHECK (("jobs"."settled_at" is null and "jobs"."captured" is null and "jobs"."refunded" is null and "jobs"."status" in ('queued', 'running'))
        or ("jobs"."settled_at" is not null and "jobs"."captured" is not null and "jobs"."refunded" is not null and "jobs"."captured" + "jobs"."refunded" = "jobs"."price" and "jobs"."captured" >= 0 and "jobs"."refunded" >= 0 and "jobs"."status" not in ('queued', 'running')));
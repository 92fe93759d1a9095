CREATE TABLE "maintenance_tasks" (
	"task" text PRIMARY KEY NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"lease_until" timestamp (3) with time zone,
	"run_by" text NOT NULL,
	"finished_at" timestamp (3) with time zone,
	"duration_ms" integer,
	"found" integer,
	"fixed" integer,
	"error" text,
	"memory" jsonb
);
--> statement-breakpoint
CREATE TABLE "worker_processes" (
	"id" text PRIMARY KEY NOT NULL,
	"process" text NOT NULL,
	"type" text NOT NULL,
	"version" text NOT NULL,
	"host" text NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"beat_at" timestamp (3) with time zone NOT NULL,
	"canary" jsonb,
	CONSTRAINT "worker_processes_type" CHECK ("worker_processes"."type" in ('api', 'maintenance', 'ingest', 'generate', 'pdf'))
);
--> statement-breakpoint
CREATE INDEX "worker_processes_beat" ON "worker_processes" USING btree ("beat_at");--> statement-breakpoint
CREATE INDEX "idempotency_keys_created" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "jobs_settled" ON "jobs" USING btree ("settled_at","id") WHERE "jobs"."settled_at" is not null;--> statement-breakpoint
CREATE INDEX "steps_leftover" ON "steps" USING btree ("settled_at","id") WHERE "steps"."settled_at" is not null and "steps"."stage" is not null and ("steps"."status" <> 'succeeded' or "steps"."fence" > 1);
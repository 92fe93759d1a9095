CREATE TABLE "provider_calls" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "provider_calls_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"account_id" text NOT NULL,
	"job_id" text,
	"step_id" text NOT NULL,
	"provider" text NOT NULL,
	"model" text NOT NULL,
	"result_key" text NOT NULL,
	"outcome" text NOT NULL,
	"error_code" text,
	"probe" boolean DEFAULT false NOT NULL,
	"epoch" integer DEFAULT 0 NOT NULL,
	"reserved_tokens" integer DEFAULT 0 NOT NULL,
	"input_tokens" integer,
	"output_tokens" integer,
	"duration_ms" integer,
	"started_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "provider_calls_outcome" CHECK ("provider_calls"."outcome" in ('running', 'succeeded', 'failed', 'aborted', 'lost', 'saved')),
	CONSTRAINT "provider_calls_ended" CHECK (("provider_calls"."ended_at" is null) = ("provider_calls"."outcome" = 'running'))
);
--> statement-breakpoint
CREATE TABLE "provider_states" (
	"provider" text NOT NULL,
	"model" text NOT NULL,
	"breaker" text DEFAULT 'closed' NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"epoch" integer DEFAULT 0 NOT NULL,
	"open_until" timestamp (3) with time zone,
	"probe_step_id" text,
	"probe_until" timestamp (3) with time zone,
	"paused_until" timestamp (3) with time zone,
	"request_level" double precision,
	"token_level" double precision,
	"refilled_at" timestamp (3) with time zone,
	"virtual_time" double precision DEFAULT 0 NOT NULL,
	CONSTRAINT "provider_states_provider_model_pk" PRIMARY KEY("provider","model"),
	CONSTRAINT "provider_states_breaker" CHECK ("provider_states"."breaker" in ('closed', 'open', 'half-open'))
);
--> statement-breakpoint
CREATE TABLE "provider_tags" (
	"provider" text NOT NULL,
	"model" text NOT NULL,
	"account_id" text NOT NULL,
	"finish" double precision NOT NULL,
	CONSTRAINT "provider_tags_provider_model_account_id_pk" PRIMARY KEY("provider","model","account_id")
);
--> statement-breakpoint
CREATE TABLE "provider_waits" (
	"provider" text NOT NULL,
	"model" text NOT NULL,
	"step_id" text NOT NULL,
	"account_id" text NOT NULL,
	"start" double precision NOT NULL,
	"finish" double precision NOT NULL,
	"tokens" integer NOT NULL,
	"retry_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "provider_waits_provider_model_step_id_pk" PRIMARY KEY("provider","model","step_id")
);
--> statement-breakpoint
CREATE TABLE "stored_results" (
	"account_id" text NOT NULL,
	"key" text NOT NULL,
	"call_id" bigint NOT NULL,
	"step_id" text NOT NULL,
	"lease_until" timestamp (3) with time zone,
	"storage_key" text,
	"media_type" text,
	"bytes" bigint,
	"sha256" text,
	"width" integer,
	"height" integer,
	"model" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"used_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "stored_results_account_id_key_pk" PRIMARY KEY("account_id","key"),
	CONSTRAINT "stored_results_ready" CHECK (("stored_results"."lease_until" is null) = ("stored_results"."storage_key" is not null))
);
--> statement-breakpoint
ALTER TABLE "provider_calls" ADD CONSTRAINT "provider_calls_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "provider_calls" ADD CONSTRAINT "provider_calls_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "public"."jobs"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "provider_tags" ADD CONSTRAINT "provider_tags_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "stored_results" ADD CONSTRAINT "stored_results_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "provider_calls_job" ON "provider_calls" USING btree ("job_id");--> statement-breakpoint
CREATE INDEX "provider_calls_account" ON "provider_calls" USING btree ("account_id","id");--> statement-breakpoint
CREATE INDEX "provider_calls_recent" ON "provider_calls" USING btree ("provider","model","started_at");--> statement-breakpoint
CREATE INDEX "provider_calls_running" ON "provider_calls" USING btree ("expires_at") WHERE "provider_calls"."outcome" = 'running';--> statement-breakpoint
CREATE INDEX "provider_waits_retry_at" ON "provider_waits" USING btree ("provider","model","retry_at");--> statement-breakpoint
CREATE INDEX "stored_results_storage_key" ON "stored_results" USING btree ("storage_key");--> statement-breakpoint
CREATE INDEX "stored_results_used" ON "stored_results" USING btree ("used_at");
CREATE TABLE "usage_months" (
	"account_id" text NOT NULL,
	"month" date NOT NULL,
	"provider" text NOT NULL,
	"model" text NOT NULL,
	"calls" bigint DEFAULT 0 NOT NULL,
	"failed" bigint DEFAULT 0 NOT NULL,
	"saved" bigint DEFAULT 0 NOT NULL,
	"input_tokens" bigint DEFAULT 0 NOT NULL,
	"output_tokens" bigint DEFAULT 0 NOT NULL,
	"pictures" bigint DEFAULT 0 NOT NULL,
	"micros" bigint DEFAULT 0 NOT NULL,
	"unpriced_calls" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "usage_months_account_id_month_provider_model_pk" PRIMARY KEY("account_id","month","provider","model"),
	CONSTRAINT "usage_months_sums" CHECK (least("usage_months"."calls", "usage_months"."failed", "usage_months"."saved", "usage_months"."micros") >= 0)
);
--> statement-breakpoint
DROP INDEX "provider_calls_account";--> statement-breakpoint
ALTER TABLE "provider_calls" ADD COLUMN "pictures" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "provider_calls" ADD COLUMN "micros" bigint;--> statement-breakpoint
ALTER TABLE "usage_months" ADD CONSTRAINT "usage_months_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "provider_calls_account" ON "provider_calls" USING btree ("account_id","started_at","id");--> statement-breakpoint
UPDATE "provider_calls" SET "micros" = 0 WHERE "provider" = 'offline' OR "outcome" = 'saved';
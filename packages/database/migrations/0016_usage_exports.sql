CREATE TABLE "usage_exports" (
	"id" text PRIMARY KEY NOT NULL,
	"account_id" text NOT NULL,
	"customer_id" text NOT NULL,
	"call_id" bigint NOT NULL,
	"meter" text NOT NULL,
	"value" bigint NOT NULL,
	"used_at" timestamp (3) with time zone NOT NULL,
	"status" text DEFAULT 'pending' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"first_sent_at" timestamp (3) with time zone,
	"retry_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"error_code" text,
	"error_message" text,
	"settled_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "usage_exports_status" CHECK ("usage_exports"."status" in ('pending', 'sent', 'parked')),
	CONSTRAINT "usage_exports_meter" CHECK ("usage_exports"."meter" in ('tokens', 'pictures')),
	CONSTRAINT "usage_exports_settled" CHECK (("usage_exports"."settled_at" is null) = ("usage_exports"."status" = 'pending')),
	CONSTRAINT "usage_exports_value" CHECK ("usage_exports"."value" > 0)
);
--> statement-breakpoint
ALTER TABLE "usage_exports" ADD CONSTRAINT "usage_exports_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "usage_exports_once" ON "usage_exports" USING btree ("call_id","meter");--> statement-breakpoint
CREATE INDEX "usage_exports_pending" ON "usage_exports" USING btree ("retry_at") WHERE "usage_exports"."status" = 'pending';--> statement-breakpoint
CREATE INDEX "usage_exports_parked" ON "usage_exports" USING btree ("id") WHERE "usage_exports"."status" = 'parked';--> statement-breakpoint
CREATE INDEX "usage_exports_sent" ON "usage_exports" USING btree ("settled_at") WHERE "usage_exports"."status" = 'sent';
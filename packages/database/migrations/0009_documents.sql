CREATE TABLE "document_chunks" (
	"account_id" text NOT NULL,
	"id" uuid NOT NULL,
	"digest" text NOT NULL,
	"position" integer NOT NULL,
	"page" integer,
	"last_page" integer,
	"start" bigint NOT NULL,
	"end" bigint NOT NULL,
	"headings" jsonb NOT NULL,
	"text" text NOT NULL,
	"tokens" integer NOT NULL,
	"vector" "bytea",
	CONSTRAINT "document_chunks_account_id_id_pk" PRIMARY KEY("account_id","id"),
	CONSTRAINT "document_chunks_range" CHECK ("document_chunks"."start" >= 0 and "document_chunks"."end" > "document_chunks"."start"),
	CONSTRAINT "document_chunks_text" CHECK (length("document_chunks"."text") between 1 and 65536),
	CONSTRAINT "document_chunks_vector" CHECK (length("document_chunks"."vector") % 4 = 0)
);
--> statement-breakpoint
CREATE TABLE "documents" (
	"account_id" text NOT NULL,
	"digest" text NOT NULL,
	"source_sha256" text NOT NULL,
	"format" text NOT NULL,
	"title" text,
	"language" text,
	"pages" integer,
	"characters" bigint NOT NULL,
	"chunks" integer NOT NULL,
	"tokens" bigint NOT NULL,
	"embedding" jsonb,
	"storage_key" text NOT NULL,
	"bytes" bigint NOT NULL,
	"sha256" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"completed_at" timestamp (3) with time zone,
	"used_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "documents_account_id_digest_pk" PRIMARY KEY("account_id","digest"),
	CONSTRAINT "documents_digest" CHECK ("documents"."digest" ~ '^[0-9a-f]{64}$'),
	CONSTRAINT "documents_format" CHECK ("documents"."format" in ('pdf', 'docx', 'html', 'markdown', 'text', 'csv'))
);
--> statement-breakpoint
ALTER TABLE "steps" DROP CONSTRAINT "steps_handler";--> statement-breakpoint
ALTER TABLE "document_chunks" ADD CONSTRAINT "document_chunks_document" FOREIGN KEY ("account_id","digest") REFERENCES "public"."documents"("account_id","digest") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "documents" ADD CONSTRAINT "documents_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "document_chunks_position" ON "document_chunks" USING btree ("account_id","digest","position");--> statement-breakpoint
CREATE INDEX "documents_storage_key" ON "documents" USING btree ("storage_key");--> statement-breakpoint
CREATE INDEX "documents_used" ON "documents" USING btree ("used_at");--> statement-breakpoint
ALTER TABLE "steps" ADD CONSTRAINT "steps_handler" CHECK ("steps"."handler" in ('ingest-image', 'ingest-document', 'generate-picture', 'render-picture-book'));
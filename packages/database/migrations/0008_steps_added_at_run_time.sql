ALTER TABLE "steps" ADD COLUMN "reserve" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "steps" ADD CONSTRAINT "steps_reserve" CHECK ("steps"."reserve" >= 0);
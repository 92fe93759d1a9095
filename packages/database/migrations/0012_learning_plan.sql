ALTER TABLE "jobs" DROP CONSTRAINT "jobs_kind";--> statement-breakpoint
ALTER TABLE "steps" DROP CONSTRAINT "steps_handler";--> statement-breakpoint
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_kind" CHECK ("jobs"."kind" in ('picture-book', 'document-report', 'learning-plan'));--> statement-breakpoint
ALTER TABLE "steps" ADD CONSTRAINT "steps_handler" CHECK ("steps"."handler" in ('ingest-image', 'ingest-document', 'generate-picture', 'render-picture-book', 'map-report-chunks', 'reduce-report', 'render-report', 'write-plan', 'curate-plan', 'render-plan'));
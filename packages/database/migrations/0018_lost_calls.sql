DROP INDEX "provider_calls_account";--> statement-breakpoint
CREATE INDEX "provider_calls_account" ON "provider_calls" USING btree ("account_id","ended_at","id");--> statement-breakpoint
DELETE FROM "usage_months";--> statement-breakpoint
INSERT INTO "usage_months" SELECT "account_id", date_trunc('month', "ended_at" AT TIME ZONE 'utc')::date, "provider", "model",
	count(*) FILTER (WHERE "outcome" <> 'saved'), count(*) FILTER (WHERE "outcome" IN ('failed', 'aborted', 'lost')),
	count(*) FILTER (WHERE "outcome" = 'saved'), coalesce(sum("input_tokens"), 0), coalesce(sum("output_tokens"), 0), sum("pictures"),
	coalesce(sum("micros"), 0), count(*) FILTER (WHERE "outcome" <> 'saved' AND "micros" IS NULL)
FROM "provider_calls" WHERE "outcome" <> 'running' GROUP BY 1, 2, 3, 4;

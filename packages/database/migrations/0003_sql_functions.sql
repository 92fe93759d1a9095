CREATE TABLE "sql_functions" (
	"id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"hash" text NOT NULL,
	"migration" bigint NOT NULL,
	CONSTRAINT "sql_functions_one_row" CHECK ("sql_functions"."id" = 1)
);

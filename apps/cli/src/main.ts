import { join, resolve } from 'node:path';
import {
  type ErrorCode,
  errorCodes,
  type HandlerName,
  handlerWorkers,
  landscapePictures,
  learningStyles,
  pageSizes,
  pictureStyles,
  skillLevels,
} from '@pressroom/domain';
import { Command, Option } from 'commander';
import { runDeadLetterList, runDeadLetterReplay, runDeadLetterShow } from './commands/dead-letters.ts';
import { runDemo } from './commands/demo.ts';
import type {
  DemoOptions,
  DemoPlanOptions,
  DemoReportOptions,
  DemoSurroundings,
} from './commands/demo-options.ts';
import { runDemoPlan } from './commands/demo-plan.ts';
import { runDemoReport } from './commands/demo-report.ts';
import { runDev } from './commands/dev.ts';
import { runInspect } from './commands/inspect.ts';
import { addPlanCommands } from './plan-commands.ts';

const projectFolder = join(import.meta.dirname, '..', '..', '..', '..');
const environment = process.env;
// npm runs scripts in the project's folder; the user's paths are relative to where npm was called.
const workingFolder = environment['INIT_CWD'] ?? process.cwd();

const ending = new AbortController();
// SIGHUP comes when the terminal is closed; without an end in order, the children and PostgreSQL would live on.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (ending.signal.aborted) process.exit(130);
    ending.abort(new Error(`stopped by ${signal}`));
  });
}

// Whoever read the output has gone: a closed terminal, `| head`. Dying of it here would leave the children behind.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', () => ending.abort(new Error('nobody reads the output')));
}

/** Weeks begin on Mondays for most who plan. ISO 8601, by the clock of this machine's place. */
function nextMonday(from: Date): string {
  const days = (8 - from.getDay()) % 7 || 7;
  const monday = new Date(Date.UTC(from.getFullYear(), from.getMonth(), from.getDate() + days));
  return monday.toISOString().slice(0, 10);
}

const program = new Command('pressroom')
  .description('Photos, documents and topics in, print-ready PDFs out.')
  .showHelpAfterError('(--help lists the options and their values)');

const demo = program
  // Its report has options of the same names.
  .enablePositionalOptions()
  .command('demo')
  .description(
    'Makes a picture book from sample photos, or from your own, with the whole system running on this machine.',
  )
  .argument('[photos...]', 'JPEG, PNG, WebP, GIF, TIFF, AVIF, HEIC or SVG files')
  .addOption(
    new Option('--style <style>', 'how the pictures are drawn')
      .choices([...pictureStyles])
      .default('colouring-page'),
  )
  .option('--prompt <words>', 'the style in your own words; needs GEMINI_API_KEY')
  .option('--title <title>', 'printed on the cover')
  .addOption(new Option('--page-size <size>', 'the size of a page').choices([...pageSizes]).default('A4'))
  .addOption(
    new Option('--landscape <how>', 'pictures that are wider than high: turned to fill the page, or upright')
      .choices([...landscapePictures])
      .default('turned'),
  )
  .option('--out <file>', 'where the book goes (default: demo/picture-book.pdf)')
  .action(
    async (
      files: string[],
      given: Pick<DemoOptions, 'style' | 'prompt' | 'title' | 'pageSize' | 'landscape' | 'out'>,
    ) => {
      process.exitCode = await runDemo({
        ...given,
        files,
        workingFolder,
        projectFolder,
        environment,
        output: process.stdout,
        signal: ending.signal,
      });
    },
  );

demo
  .command('report')
  .description('Writes a cited report about documents, with the whole system running on this machine.')
  .argument('<documents...>', 'PDF, DOCX, HTML, Markdown, text or CSV files, and addresses of such')
  .option('--question <words>', 'what the report has to answer')
  .option('--title <title>', 'printed on the cover')
  .addOption(new Option('--page-size <size>', 'the size of a page').choices([...pageSizes]).default('A4'))
  .option('--out <file>', 'where the report goes (default: demo/report.pdf)')
  .action(
    async (
      documents: string[],
      given: Pick<DemoReportOptions, 'question' | 'title' | 'pageSize' | 'out'>,
    ) => {
      process.exitCode = await runDemoReport({
        ...given,
        documents,
        workingFolder,
        projectFolder,
        environment,
        output: process.stdout,
        signal: ending.signal,
      });
    },
  );

demo
  .command('plan')
  .description(
    'Plans how to learn a topic, along your own documents, with the whole system running on this machine.',
  )
  .argument('<topic>', 'what is to be learned')
  .addOption(
    new Option('--level <level>', 'what you bring along').choices([...skillLevels]).default('beginner'),
  )
  .option('--hours <hours>', 'hours a week that the plan never exceeds', Number, 5)
  .addOption(
    new Option('--style <style>', 'what most of the time is for')
      .choices([...learningStyles])
      .default('mixed'),
  )
  .option('--start <date>', 'first day, as 2026-03-02', nextMonday(new Date()))
  .option('--deadline <date>', 'last day')
  .option('--notes <words>', 'what else should be known; needs GEMINI_API_KEY to be followed')
  .option('--source <document...>', 'PDF, DOCX, HTML, Markdown, text or CSV files, and addresses of such')
  .addOption(new Option('--page-size <size>', 'the size of a page').choices([...pageSizes]).default('A4'))
  .option('--out <file>', 'where the workbook goes (default: demo/learning-plan.pdf)')
  .action(
    async (
      topic: string,
      {
        source = [],
        ...given
      }: Omit<DemoPlanOptions, 'topic' | 'sources' | keyof DemoSurroundings> & { readonly source?: string[] },
    ) => {
      process.exitCode = await runDemoPlan({
        ...given,
        topic,
        sources: source,
        workingFolder,
        projectFolder,
        environment,
        output: process.stdout,
        signal: ending.signal,
      });
    },
  );

program
  .command('dev')
  .description('Runs the API and each worker as a process of its own, restarted when the sources change.')
  .option('--port <port>', 'of the API', Number, 3000)
  .action(async ({ port }: { port: number }) => {
    await runDev({ projectFolder, port, environment, output: process.stdout, signal: ending.signal });
  });

const shared = { projectFolder, environment, output: process.stdout, signal: ending.signal };
/** What every command that asks a running server takes. */
const asking = (command: Command): Command =>
  command
    .option('--url <url>', 'of the API (default: PRESSROOM_PUBLIC_URL, or 127.0.0.1 with PRESSROOM_PORT)')
    .option('--json', 'as JSON, for programs');

asking(program.command('inspect'))
  .description(
    'Says why a job stands where it stands: as operator with PRESSROOM_OPERATOR_TOKEN, else with an API key.',
  )
  .argument('<jobId>')
  .option('--all', 'also the steps that have succeeded')
  .option('--key-file <file>', 'a file with an API key (default: the one that npm start has made)')
  .action(async (jobId: string, given: { url?: string; json?: boolean; all?: boolean; keyFile?: string }) => {
    const keyFile = given.keyFile === undefined ? undefined : resolve(workingFolder, given.keyFile);
    await runInspect({ ...shared, ...given, keyFile, jobId });
  });

addPlanCommands(program, shared, workingFolder, asking);

const deadLetters = program
  .command('dead-letters')
  .description('Steps that gave up; for operators, with PRESSROOM_OPERATOR_TOKEN.');

asking(deadLetters.command('list'))
  .description('Lists them, newest first.')
  .addOption(new Option('--state <state>', 'only those').choices(['open', 'replayed']))
  .option('--account <id>', 'only those of this account')
  .option('--job <id>', 'only those of this job')
  .addOption(
    new Option('--handler <name>', 'only those of this handler').choices(Object.keys(handlerWorkers)),
  )
  .addOption(new Option('--code <code>', 'only those with this error').choices([...errorCodes]))
  .option('--limit <count>', 'so many at most', Number, 50)
  .action(async (given: DeadLetterListFlags) => {
    const { state, account, job, handler, code, limit, ...options } = given;
    const query = { state, accountId: account, jobId: job, handler, code };
    await runDeadLetterList({ ...shared, ...options }, query, limit);
  });

asking(deadLetters.command('show'))
  .description('Shows input, failures and log of one.')
  .argument('<id>')
  .action(async (id: string, given: { url?: string; json?: boolean }) => {
    await runDeadLetterShow({ ...shared, ...given }, id);
  });

asking(deadLetters.command('replay'))
  .description('Runs the step again. Charged only when its job had been refunded.')
  .argument('<id>')
  .action(async (id: string, given: { url?: string; json?: boolean }) => {
    await runDeadLetterReplay({ ...shared, ...given }, id);
  });

interface DeadLetterListFlags {
  readonly url?: string;
  readonly json?: boolean;
  readonly state?: 'open' | 'replayed';
  readonly account?: string;
  readonly job?: string;
  readonly handler?: HandlerName;
  readonly code?: ErrorCode;
  readonly limit: number;
}

try {
  await program.parseAsync();
} catch (error) {
  const { message } = error as Error;
  process.stderr.write(`${ending.signal.aborted ? 'Stopped.' : message}\n`);
  process.exitCode = ending.signal.aborted ? 130 : 1;
}

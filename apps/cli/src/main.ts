import { join } from 'node:path';
import { pageSizes, pictureStyles } from '@pressroom/domain';
import { Command, Option } from 'commander';
import { runDemo } from './commands/demo.ts';
import type { DemoOptions } from './commands/demo-options.ts';
import { runDev } from './commands/dev.ts';

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

const program = new Command('pressroom')
  .description('Photos in, a print-ready picture book out.')
  .showHelpAfterError('(--help lists the options and their values)');

program
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
  .option('--out <file>', 'where the book goes (default: demo/picture-book.pdf)')
  .action(
    async (files: string[], given: Pick<DemoOptions, 'style' | 'prompt' | 'title' | 'pageSize' | 'out'>) => {
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

program
  .command('dev')
  .description('Runs the API and each worker as a process of its own, restarted when the sources change.')
  .option('--port <port>', 'of the API', Number, 3000)
  .action(async ({ port }: { port: number }) => {
    await runDev({ projectFolder, port, environment, output: process.stdout, signal: ending.signal });
  });

try {
  await program.parseAsync();
} catch (error) {
  const { message } = error as Error;
  process.stderr.write(`${ending.signal.aborted ? 'Stopped.' : message}\n`);
  process.exitCode = ending.signal.aborted ? 130 : 1;
}

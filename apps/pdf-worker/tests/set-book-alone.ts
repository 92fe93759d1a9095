// A process that sets one book and nothing else, so that its peak memory is that of setting a book.
// Arguments: a JSON file with the content, the path of the PDF. Prints one line of JSON.
import { readFile } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { argv, resourceUsage, stdout } from 'node:process';
import { type BookContent, createPictureBookRenderer } from '@pressroom/pdf-worker';

const [, , contentPath = '', outputPath = ''] = argv;
const content = JSON.parse(await readFile(contentPath, 'utf8')) as BookContent;
const renderer = createPictureBookRenderer({ threads: 1 });
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
const start = performance.now();
const { pages, bytes } = await renderer.render(content, {
  outputPath,
  signal: new AbortController().signal,
  onPage: () => {},
});
const milliseconds = Math.round(performance.now() - start);
delay.disable();
await renderer.close();
const eventLoopDelayP99 = Math.round(delay.percentile(99) / 1e4) / 100;
const peakMegabytes = Math.round(resourceUsage().maxRSS / 1024);
stdout.write(`${JSON.stringify({ pages, bytes, milliseconds, peakMegabytes, eventLoopDelayP99 })}\n`);

// A process that sets one book and nothing else, so that its peak memory is that of setting a book.
// Arguments: a JSON file with the content, the path of the PDF. Prints one line of JSON.
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { argv, platform, resourceUsage, stdout } from 'node:process';
import { type BookContent, createPictureBookRenderer } from '@pressroom/pdf-worker';

const [, , contentPath = '', outputPath = ''] = argv;
const content = JSON.parse(await readFile(contentPath, 'utf8')) as BookContent;
const renderer = createPictureBookRenderer({ threads: 1 });
const before = performance.eventLoopUtilization();
const start = performance.now();
const { pages, bytes } = await renderer.render(content, {
  outputPath,
  signal: new AbortController().signal,
  onPage: () => {},
});
const milliseconds = Math.round(performance.now() - start);
/** Share of the time in which this thread was at work. */
const { utilization } = performance.eventLoopUtilization(before);
await renderer.close();
const peakMegabytes = Math.round(peakKilobytes() / 1024);
stdout.write(`${JSON.stringify({ pages, bytes, milliseconds, peakMegabytes, utilization })}\n`);

/** Linux carries `maxRSS` over from the process that started this one, so there it may be that one's peak. */
function peakKilobytes(): number {
  if (platform !== 'linux') return resourceUsage().maxRSS;
  const peak = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  if (peak === undefined) throw new Error('/proc/self/status has no VmHWM');
  return Number(peak);
}

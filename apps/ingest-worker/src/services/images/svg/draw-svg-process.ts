// Runs as a process of its own: text of a drawing in, PNG out. A drawing can ask for any amount of work, and the library
// that draws it cannot be interrupted from outside; a process can be killed.
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { outOfMemoryExit } from './draw-svg-exit.ts';

const maxResidentBytes = 768 * 1024 * 1024;
const checkEveryMs = 20;

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  // Drawing happens on another thread, so this one can watch.
  setInterval(() => {
    if (process.memoryUsage.rss() > maxResidentBytes) process.exit(outOfMemoryExit);
  }, checkEveryMs).unref();
  const drawing = await buffer(process.stdin);
  const png = await sharp(drawing, { density: 72 }).png({ compressionLevel: 2 }).toBuffer();
  if (!process.stdout.write(png)) await once(process.stdout, 'drain');
}

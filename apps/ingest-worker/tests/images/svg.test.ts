import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { drawSvg } from '../../src/services/images/svg/draw-svg.ts';
import { safeStyle } from '../../src/services/images/svg/safe-style.ts';
import { sanitiseSvg } from '../../src/services/images/svg/sanitise-svg.ts';
import { hexColour, ingestHarness, largestDifference, quartersOf, rejectionOf } from './ingest-harness.ts';
import { quarterColours, quarters } from './test-pictures.ts';

let harness: Awaited<ReturnType<typeof ingestHarness>>;
beforeAll(async () => {
  harness = await ingestHarness();
});
afterAll(() => harness.close());

const open =
  '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="40" height="20">';
const clean = (text: string) =>
  sanitiseSvg(text, { width: 40, height: 20 }, { width: 400, height: 200 }).text;
const [red, green, blue, yellow] = quarterColours;
const flag = `${open}<style>.d{fill:#${yellow}}</style><rect width="20" height="10" fill="#${red}"/>
<rect x="20" width="20" height="10" fill="#${green}"/><g transform="translate(0 10)"><rect width="20" height="10" fill="#${blue}"/></g>
<rect class="d" x="20" y="10" width="20" height="10"/></svg>`;

test.each([
  ['plain', Buffer.from(flag)],
  ['compressed', gzipSync(flag)],
  [
    'with a byte order mark and a document type',
    Buffer.from(
      `\uFEFF<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"><!-- by hand -->${flag}`,
    ),
  ],
  ['in UTF-16', Buffer.from(`\uFEFF${flag}`, 'utf16le')],
  ['with a prefix', Buffer.from(flag.replaceAll(/<(\/?)(?=[a-z])/g, '<$1s:').replace('xmlns=', 'xmlns:s='))],
])('a drawing %s is drawn at print size', async (_name, bytes) => {
  const run = await harness.ingest(bytes);
  expect(run.result.output.source).toEqual({ format: 'svg', width: 40, height: 20, frames: 1 });
  expect(run.result.output.normalised).toMatchObject({ width: 2_048, height: 1_024 });
  expect(largestDifference(await quartersOf(run.normalised), quarterColours.map(hexColour))).toBeLessThan(8);
});

test('a drawing without size takes its view box', async () => {
  const run = await harness.ingest(
    Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 40"><rect width="10" height="40"/></svg>',
    ),
  );
  expect(run.result.output.normalised).toMatchObject({ width: 512, height: 2_048 });
});

test.each([
  ['script', `${open}<script>alert(1)</script></svg>`],
  [
    'script of another prefix',
    `${open}<x:script xmlns:x="http://www.w3.org/2000/svg">alert(1)</x:script></svg>`,
  ],
  ['event handler', `${open}<rect onload="alert(1)" ONCLICK="alert(1)"/></svg>`],
  ['foreign object', `${open}<foreignObject><iframe src="alert(1)"/></foreignObject></svg>`],
  ['javascript link', `${open}<a href="javascript:alert(1)"><rect/></a></svg>`],
  ['external picture', `${open}<image href="http://alert(1)/x.png"/></svg>`],
  ['external picture with xlink', `${open}<image xlink:href="//alert(1)/x.png"/></svg>`],
  ['local file in use', `${open}<use href="file:///etc/alert(1)#a"/></svg>`],
  ['relative file', `${open}<image href="../alert(1).svg"/></svg>`],
  ['drawing inside a data address', `${open}<image href="data:image/svg+xml;base64,YWxlcnQoMSk="/></svg>`],
  ['style import', `${open}<style>@import "http://alert(1)/a.css"; rect{fill:red}</style></svg>`],
  ['style import with url', `${open}<style>@import url(http://alert(1)/a.css);</style></svg>`],
  ['style address', `${open}<style>rect{fill:url( "http://alert(1)/#p" )}</style></svg>`],
  ['escaped style address', `${open}<style>rect{fill:\\75rl(http://alert(1)/#p)}</style></svg>`],
  ['hidden in CDATA', `${open}<style><![CDATA[rect{fill:url(//alert(1)/#p)}]]></style></svg>`],
  [
    'split by a comment',
    `${open}<style>@im/**/port url(//alert(1)); rect{fill:url(/**/http://alert(1))}</style></svg>`,
  ],
  [
    'presentation attribute',
    `${open}<rect fill="url(http://alert(1)/#p)" filter='url("file:///alert(1)#f")'/></svg>`,
  ],
  ['style attribute', `${open}<rect style="mask:url(alert(1).svg#m)"/></svg>`],
  ['animated address', `${open}<image><set attributeName="href" to="http://alert(1)"/></image></svg>`],
  ['style sheet instruction', `<?xml-stylesheet href="http://alert(1)/a.css"?>${open}</svg>`],
  ['base', `${open}<g xml:base="http://alert(1)/"><use href="#a"/></g></svg>`],
  ['after the end', `${open}</svg><svg><script>alert(1)</script></svg>`],
  ['entity in an attribute', `${open}<image href="&#104;ttp://alert(1)"/></svg>`],
])('%s does not stay in a drawing', (_name, source) => {
  const text = clean(source);
  expect(text).toContain('<svg');
  expect(text).not.toMatch(/alert|script|foreign|http:(?!\/\/www\.w3\.org)|file:|<set|onload|onclick/i);
});

test('what a drawing needs stays in it', () => {
  const text = clean(
    `${open}<defs><linearGradient id="g"><stop offset="0" stop-color="#123"/></linearGradient></defs>` +
      `<rect fill="url(#g)" transform="rotate(4)"/><use xlink:href="#g"/><text x="1">a &lt; b &amp; ü</text></svg>`,
  );
  expect(text).toContain('fill="url(#g)" transform="rotate(4)"');
  expect(text).toContain('xlink:href="#g"');
  expect(text).toContain('a &lt; b &amp; ü');
  expect(text).toContain('width="400" height="200" viewBox="0 0 40 20"');
  expect(safeStyle("fill:url('#a') ; stroke:#fff")).toBe("fill:url('#a') ; stroke:#fff");
});

test('a drawing of the network makes no request', async () => {
  let requests = 0;
  const server = createServer((_request, response) => {
    requests += 1;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const address = `http://127.0.0.1:${port}/`;
  const run = await harness.ingest(
    Buffer.from(`${open}<style>@import url(${address});</style><image href="${address}" width="40" height="20"/>
    <use href="${address}#a"/><rect fill="url(${address}#b)" width="5" height="5"/></svg>`),
  );
  expect(run.result.output.normalised.width).toBe(2_048);
  expect(requests).toBe(0);
  await new Promise((resolve) => server.close(resolve));
});

test('an embedded picture is drawn, an embedded bomb refused', async () => {
  const picture = await (await quarters(40, 20)).png().toBuffer();
  const drawing = `${open}<image width="40" height="20" href="data:image/png;base64,${picture.toString('base64')}"/></svg>`;
  const run = await harness.ingest(Buffer.from(drawing));
  expect(largestDifference(await quartersOf(run.normalised), quarterColours.map(hexColour))).toBeLessThan(16);
  const error = await rejectionOf(harness.ingest(Buffer.from(drawing), { limits: { maxPixels: 799 } }));
  expect(error.code).toBe('image-too-many-pixels');
  const many = `${open}${`<image href="data:image/png;base64,${picture.toString('base64')}"/>`.repeat(3)}</svg>`;
  expect((await rejectionOf(harness.ingest(Buffer.from(many), { limits: { maxPixels: 2_000 } }))).code).toBe(
    'svg-unsafe',
  );
});

test.each([
  [
    'entities',
    `<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/hostname">]>${open}<text>&x;</text></svg>`,
    'svg-unsafe',
  ],
  ['deep nesting', `${open}${'<g>'.repeat(100_000)}</svg>`, 'svg-unsafe'],
  ['many effects', `${open}<filter id="f">${'<feFlood/>'.repeat(1_000)}</filter></svg>`, 'svg-unsafe'],
  ['a giant page', open.replace('width="40"', 'width="1e9"').concat('</svg>'), 'image-too-many-pixels'],
  ['text without end', `${open}${' '.repeat(17 * 1024 * 1024)}</svg>`, 'svg-unsafe'],
])('%s are refused', async (_name, source, code) => {
  expect((await rejectionOf(harness.ingest(Buffer.from(source)))).code).toBe(code);
});

test('a gzip bomb is refused at the limit', async () => {
  const bomb = gzipSync(`${open}<!--${'a'.repeat(60 * 1024 * 1024)}--></svg>`);
  expect(bomb.length).toBeLessThan(100_000);
  const error = await rejectionOf(harness.ingest(bomb));
  expect(['svg-unsafe', 'unsupported-type']).toContain(error.code);
});

test('a compressed drawing that is cut off is refused as damaged', async () => {
  const whole = gzipSync(flag);
  expect((await rejectionOf(harness.ingest(whole.subarray(0, -12)))).code).toBe('image-corrupt');
});

test('a drawing that multiplies itself ends in bounded time', async () => {
  const levels = Array.from(
    { length: 12 },
    (_, level) => `<g id="l${level + 1}">${`<use href="#l${level}"/>`.repeat(10)}</g>`,
  );
  const drawing = `${open}<defs><rect id="l0" width="9" height="9"/>${levels.join('')}</defs><use href="#l12"/></svg>`;
  const error = await rejectionOf(drawSvg(clean(drawing), new AbortController().signal, 2));
  expect(['image-corrupt', 'image-too-complex']).toContain(error.code);
});

test('an abort kills the drawing process', async () => {
  const busy = `<svg xmlns="http://www.w3.org/2000/svg" width="2048" height="2048"><filter id="f">${'<feTurbulence baseFrequency="0.9" numOctaves="50"/>'.repeat(100)}</filter><rect width="2048" height="2048" filter="url(#f)"/></svg>`;
  const controller = new AbortController();
  const drawing = drawSvg(busy, controller.signal);
  controller.abort(new Error('stopped by hand'));
  await expect(drawing).rejects.toThrow('stopped by hand');
  expect(await sharp(await drawSvg(flag, new AbortController().signal)).metadata()).toMatchObject({
    width: 40,
  });
});

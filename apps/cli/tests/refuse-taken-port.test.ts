import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { refuseTakenPort } from '../src/system/refuse-taken-port.ts';

test('a taken port is refused with what to do; a free one stays free', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  await expect(refuseTakenPort(port)).rejects.toThrow(/EADDRINUSE.*npm run dev -- --port/);
  other.close();
  await once(other, 'close');
  await refuseTakenPort(port);
  await refuseTakenPort(port);
});

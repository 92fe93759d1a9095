import { expect, test } from '@jest/globals';
import { type GenerationProvider, pictureStyles } from '@pressroom/domain';
import sharp from 'sharp';
import { drawing, scenes } from './scenes.ts';

/** What every provider promises, whoever is behind it. `open` gives one that is ready and whose owner closes it. */
export function testProviderContract(name: string, open: () => GenerationProvider): void {
  const photo = async (): Promise<{ bytes: Buffer; mediaType: 'image/jpeg' }> => ({
    bytes: await sharp(
      await drawing(
        '<rect width="800" height="600" fill="#cde"/><circle cx="300" cy="300" r="150" fill="#a33"/>',
        640,
        480,
      ),
    )
      .jpeg()
      .toBuffer(),
    mediaType: 'image/jpeg',
  });

  for (const style of pictureStyles) {
    test(`${name} makes a real picture of the declared type and size in style ${style}`, async () => {
      const made = await open().generatePicture({
        picture: await photo(),
        style,
        signal: new AbortController().signal,
      });
      const metadata = await sharp(made.bytes).metadata();
      expect(`image/${metadata.format}`).toBe(made.mediaType);
      expect([metadata.width, metadata.height]).toEqual([made.width, made.height]);
      expect(Math.abs(made.width / made.height - 640 / 480)).toBeLessThan(0.02);
      expect((await sharp(made.bytes).stats()).isOpaque).toBe(true);
    });
  }

  test(`${name} names itself and its model`, async () => {
    const provider = open();
    const made = await provider.generatePicture({
      picture: await photo(),
      style: 'poster',
      signal: new AbortController().signal,
    });
    expect(made.provider).toBe(provider.name);
    expect(made.model).not.toBe('');
    expect(provider.pictureModel).toContain(made.model);
  });

  test(`${name} takes PNG as well as JPEG`, async () => {
    const scene = scenes[0];
    if (scene === undefined) throw new Error('There are no scenes');
    const picture = { bytes: await scene.make(), mediaType: 'image/png' as const };
    const made = await open().generatePicture({
      picture,
      style: 'poster',
      signal: new AbortController().signal,
    });
    expect(made.bytes.length).toBeGreaterThan(1_000);
  });

  test(`${name} throws the signal's own reason when it has fired before the call`, async () => {
    const reason = new Error('cancelled by the account');
    const call = open().generatePicture({
      picture: await photo(),
      style: 'poster',
      signal: AbortSignal.abort(reason),
    });
    await expect(call).rejects.toBe(reason);
  });

  test(`${name} throws the signal's own reason when it fires during the call, and works again after`, async () => {
    const provider = open();
    const controller = new AbortController();
    const reason = new Error('cancelled by the account');
    const picture = await photo();
    const call = provider.generatePicture({ picture, style: 'pencil-sketch', signal: controller.signal });
    setImmediate(() => controller.abort(reason));
    await expect(call).rejects.toBe(reason);
    const made = await provider.generatePicture({
      picture,
      style: 'poster',
      signal: new AbortController().signal,
    });
    expect(made.width).toBeGreaterThan(0);
  });

  test(`${name} serves several callers at the same time`, async () => {
    const provider = open();
    const picture = await photo();
    const made = await Promise.all(
      pictureStyles.map((style) =>
        provider.generatePicture({ picture, style, signal: new AbortController().signal }),
      ),
    );
    expect(made).toHaveLength(pictureStyles.length);
  });
}

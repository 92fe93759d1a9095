// Removes what builds made: compiled code, caches. Data stays.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const members = ['packages', 'apps'].flatMap((group) =>
  readdirSync(join(root, group)).map((name) => join(root, group, name)),
);
for (const member of [...members, join(root, 'tests'), root]) {
  for (const made of ['dist', '.turbo']) rmSync(join(member, made), { recursive: true, force: true });
}

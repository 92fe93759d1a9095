// Writes the binary packages of every platform into package-lock.json. `npm install` leaves out those that the registry at
// hand does not have, and `npm ci` then refuses the lock everywhere (npm/cli#9846). With --check: fails where one is missing.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const file = join(import.meta.dirname, '..', 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));

const missing = {};
for (const [path, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (isLocked(path, name)) continue;
    // Ranges would have to be looked up; packages pin the binaries that belong to them.
    if (!/^\d+\.\d+\.\d+$/.test(version))
      throw new Error(`${path} wants ${name}@${version}, which is a range`);
    const { cpu, libc, os } = platformOf(name);
    // In npm's own order, so that the next `npm install` changes nothing.
    missing[`node_modules/${name}`] = { version, cpu, dev, libc, optional: true, os };
  }
}
const names = Object.keys(missing);
if (names.length === 0) process.exit(0);
if (process.argv.includes('--check')) {
  process.stderr.write(
    `package-lock.json lacks ${names.length} packages of other platforms, such as ${names[0]}, so \`npm ci\` fails. ` +
      'Run `npm run lock`.\n',
  );
  process.exit(1);
}
const packages = Object.entries({ ...lock.packages, ...missing });
lock.packages = Object.fromEntries(packages.toSorted(([one], [other]) => one.localeCompare(other, 'en')));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`package-lock.json: added ${names.length} packages of other platforms\n`);

/** As Node resolves: beside the package, then in every folder above. */
function isLocked(path, name) {
  for (let folder = path; ; folder = dirname(folder)) {
    if (lock.packages[join(folder, 'node_modules', name).replaceAll('\\', '/')] !== undefined) return true;
    if (folder === '' || folder === '.') return false;
  }
}

/** All of them are named by the same scheme: <package>-<os>-<cpu>[-<C library>]. */
function platformOf(name) {
  const found =
    /\b(android|darwin|freebsd|linux|openharmony|win32|windows)-(arm64|arm|ia32|loong64|ppc64|riscv64|s390x|x64|64)(?:-(\w+))?$/.exec(
      name,
    );
  if (found === null) throw new Error(`Which platform is ${name} for? Teach it to ${import.meta.filename}`);
  const [, os, cpu, library = ''] = found;
  const libc = os !== 'linux' ? undefined : { gnu: 'glibc', musl: 'musl' }[library];
  return {
    cpu: [cpu === '64' ? 'x64' : cpu],
    libc: libc && [libc],
    os: [os === 'windows' ? 'win32' : os],
  };
}

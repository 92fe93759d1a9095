// Completes package-lock.json for every platform: the binary packages that `npm install` leaves out where the registry at hand
// does not have them, without which `npm ci` refuses the lock everywhere (npm/cli#9846), and the checksum of each package.
// With --check it writes nothing, asks nobody, and fails when the lock is not complete or names a registry.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const check = process.argv.includes('--check');
const file =
  process.argv.slice(2).find((argument) => argument !== '--check') ??
  join(import.meta.dirname, '..', 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));

const missing = findMissing();
if (!check) {
  const all = Object.entries({ ...lock.packages, ...missing });
  lock.packages = Object.fromEntries(all.toSorted(([one], [other]) => one.localeCompare(other, 'en')));
  const wanted = Object.keys(lock.packages).filter(lacksChecksum);
  const found = wanted.length > 0 ? askForChecksums(wanted) : {};
  for (const [path, integrity] of Object.entries(found)) {
    const { version, ...rest } = lock.packages[path];
    // In npm's own order, so that the next `npm install` changes nothing.
    lock.packages[path] = { version, integrity, ...rest };
  }
  const added = Object.keys(missing).length;
  const proven = Object.keys(found).length;
  if (added + proven > 0) {
    writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
    process.stdout.write(`package-lock.json: added ${added} packages and ${proven} checksums\n`);
  }
}

const packages = Object.entries(lock.packages);
const unproven = packages.map(([path]) => path).filter(lacksChecksum);
const hosted = packages.filter(([, { resolved = '' }]) => /^https?:/.test(resolved)).map(([path]) => path);
const faults = [
  { paths: check ? Object.keys(missing) : [], what: 'lacks packages of other platforms, so `npm ci` fails' },
  { paths: unproven, what: 'lacks checksums, so `npm ci` takes whatever it is given' },
  { paths: hosted, what: 'names the registry of packages, so `npm ci` asks that one only' },
].filter(({ paths }) => paths.length > 0);
for (const { paths, what } of faults) {
  process.stderr.write(`${file} ${what}: ${paths.length}, such as ${paths[0]}\n`);
}
if (faults.length > 0) {
  process.stderr.write('Run `npm run lock` where the registry has every package.\n');
  process.exit(1);
}

function findMissing() {
  const found = {};
  for (const [path, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      if (isLocked(path, name)) continue;
      // Ranges would have to be looked up; packages pin the binaries that belong to them.
      if (!/^\d+\.\d+\.\d+$/.test(version))
        throw new Error(`${path} wants ${name}@${version}, which is a range`);
      const { cpu, libc, os } = platformOf(name);
      // In npm's own order here too.
      found[`node_modules/${name}`] = { version, cpu, dev, libc, optional: true, os };
    }
  }
  return found;
}

/** A package from a registry; workspaces and links to them lie here. */
function lacksChecksum(path) {
  const { link, integrity } = lock.packages[path];
  return path.includes('node_modules/') && link !== true && integrity === undefined;
}

/** By npm itself, which locks what a project wants: here just these packages, for whatever platform. Those unknown to it stay out. */
function askForChecksums(paths) {
  const folder = mkdtempSync(join(tmpdir(), 'pressroom-lock-'));
  try {
    const wanted = paths.map((path, index) => {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      return { alias: `wanted-${index}`, path, spec: `npm:${name}@${lock.packages[path].version}` };
    });
    const optionalDependencies = Object.fromEntries(wanted.map(({ alias, spec }) => [alias, spec]));
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'wanted', version: '0.0.0', optionalDependencies }),
    );
    const install = ['install', '--package-lock-only', '--ignore-scripts'];
    const shell = process.platform === 'win32';
    execFileSync('npm', install, { cwd: folder, shell, stdio: ['ignore', 'ignore', 'inherit'] });
    const answer = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages;
    return Object.fromEntries(
      wanted
        .map(({ alias, path }) => [path, answer[`node_modules/${alias}`]?.integrity])
        .filter(([, integrity]) => integrity !== undefined),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

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

// Lays out what is published, from this folder and the native modules that were built for release:
//
//     node packages.mjs FOLDER MACHINE=FILE ...      node packages.mjs target/npm linux-x64-gnu=libpersonsig_node.so
//
// FOLDER/personsig depends, optionally, on exactly the packages FOLDER/MACHINE, of which npm installs the one for its platform. `make node` packs
// this folder itself, with the module of this machine in it.

import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const NATIVE = 'personsig.node';
const [to, ...given] = process.argv.slice(2);
const { os, cpu, libc, scripts, devDependencies, files, ...manifest } = JSON.parse(readFileSync(join(HERE, 'package.json'), 'utf8'));
const { description, main, types, exports, keywords, ...shared } = manifest;

function write(name, manifest, readme) {
  const folder = join(to, name);
  mkdirSync(folder, { recursive: true });
  for (const file of manifest.files.filter((file) => file !== NATIVE)) copyFileSync(join(HERE, file), join(folder, file));
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  writeFileSync(join(folder, 'README.md'), readme);
  return folder;
}

const optionalDependencies = {};
for (const pair of given) {
  const [machine, addon] = pair.split('=');
  const [os, cpu, libc] = machine.split('-');
  const name = `@personsig/${machine}`;
  const platform = {
    ...shared,
    name,
    description: `The native module of personsig for ${machine}`,
    main: NATIVE,
    files: [NATIVE, ...files.filter((file) => /LICENSE/.test(file))],
    os: [os],
    cpu: [cpu],
    ...(libc && { libc: [libc === 'gnu' ? 'glibc' : libc] }),
  };
  const folder = write(machine, platform, `# ${name}\n\nThe native module of personsig for ${machine}. Install \`personsig\`.\n`);
  copyFileSync(addon, join(folder, NATIVE));
  optionalDependencies[name] = manifest.version;
}
write(
  'personsig',
  { ...manifest, files: files.filter((file) => file !== NATIVE), optionalDependencies },
  readFileSync(join(HERE, 'README.md'), 'utf8'),
);

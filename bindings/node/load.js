'use strict';

// The native module: beside this file where the package was built for this machine, else from the package of the platform.
// No environment variable names a file to load: it is given secrets.

const { process, Error } = globalThis;
const { readFileSync, readdirSync } = require('node:fs');
const { join } = require('node:path');
const { optionalDependencies, version } = require('./package.json');

const { platform, arch } = process;
const machine = platform === 'linux' ? `linux-${arch}-${libc()}` : `${platform}-${arch}`;

// `ldd` is a script, and musl's names musl. Node's own report tells too, but takes 30 ms.
function libc() {
  try {
    return readFileSync('/usr/bin/ldd', 'latin1').includes('musl') ? 'musl' : 'gnu';
  } catch {
    return 'gnu';
  }
}

// The names are literal, and in `try`, for bundlers and whatever else follows files.
function load() {
  try {
    return require('./personsig.node');
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw explained(error);
  }
  try {
    switch (machine) {
      case 'linux-x64-gnu':
        return require('@personsig/linux-x64-gnu');
      case 'linux-x64-musl':
        return require('@personsig/linux-x64-musl');
      case 'linux-arm64-gnu':
        return require('@personsig/linux-arm64-gnu');
      case 'linux-arm64-musl':
        return require('@personsig/linux-arm64-musl');
      case 'darwin-x64':
        return require('@personsig/darwin-x64');
      case 'darwin-arm64':
        return require('@personsig/darwin-arm64');
      case 'win32-x64':
        return require('@personsig/win32-x64');
    }
  } catch (error) {
    throw explained(error);
  }
  throw explained();
}

function explained(cause) {
  const name = `@personsig/${machine}`;
  let message;
  if (cause !== undefined && cause.code !== 'MODULE_NOT_FOUND') {
    message = `personsig's native module for ${machine} does not load: ${cause.message}`;
  } else if (optionalDependencies === undefined) {
    message = `personsig's native module, personsig.node, is missing, which was built for one machine. Build it there, with make node.`;
  } else if (optionalDependencies[name] === undefined) {
    const names = Object.keys(optionalDependencies).join(', ');
    message = `personsig has no native module for ${machine}. There is ${names}${machine.endsWith('-musl') ? '; use an image with glibc, such as node:22-slim' : ''}.`;
  } else {
    message =
      `personsig's native module for ${machine}, ${name}, is not installed (installed: ${installed()}). `
      + 'It is an optional dependency: --omit=optional leaves it out, and so may a lock file or a node_modules folder from another platform. '
      + `Install without that option, on this platform; or run: npm install --save-optional ${name}@${version}`;
  }
  return new Error(message, { cause });
}

// The platforms' packages that lie where Node looks for them.
function installed() {
  const names = [];
  for (const folder of module.paths ?? []) {
    try {
      for (const name of readdirSync(join(folder, '@personsig'))) names.push(`@personsig/${name}`);
    } catch {
      // Most of these folders do not exist.
    }
  }
  return names.join(', ') || 'none';
}

const addon = load();
if (addon.version !== version) {
  throw new Error(
    `personsig ${version} found the native module of ${addon.version}. Both must be of one version: install personsig again, without an override.`,
  );
}

module.exports = addon;

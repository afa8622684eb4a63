// The types against the module, and against programs that use them.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import * as personsig from '../index.mjs';

const require = createRequire(import.meta.url);
const declarations = readFileSync(new URL('../index.d.ts', import.meta.url), 'utf8');
const sorted = (matches) => [...matches].map((match) => match[1]).sort();

test('programs in strict TypeScript compile, and wrong ones do not', () => {
  const tsc = require.resolve('typescript/bin/tsc'); // `npm ci` installs it
  try {
    execFileSync(process.execPath, [tsc, '--project', fileURLToPath(new URL('.', import.meta.url))], { encoding: 'utf8' });
  } catch (error) {
    assert.fail(error.stdout);
  }
});

test('index.d.ts declares exactly what the module exports', () => {
  const exported = declarations.matchAll(/^export (?:class|function|const) (\w+)/gm);
  assert.deepEqual(sorted(exported), Object.keys(personsig).sort());
});

test('index.d.ts declares exactly the members of Signer', () => {
  const body = declarations.match(/^export class Signer<.*?> \{\n(.*?)^\}/ms)[1];
  const declared = sorted(body.matchAll(/^  (?:static |readonly )?(\w+)[(:<]/gm));
  const { Signer } = personsig;
  const statics = Object.getOwnPropertyNames(Signer).filter((name) => !['length', 'name', 'prototype'].includes(name));
  assert.deepEqual(declared, [...Object.getOwnPropertyNames(Signer.prototype), ...statics].sort());
});

test('import and require give the same classes', () => {
  assert.deepEqual({ ...personsig }, require('../index.js'));
  assert.equal(personsig.Signer, require('../index.js').Signer);
});

// The core's own lists; UPDATE=1 writes them into index.d.ts, and the formatter breaks the lines.
const source = (file) => readFileSync(new URL(`../../../core/src/${file}`, import.meta.url), 'utf8');
const rows = (text, pattern) => [...text.matchAll(pattern)].map((match) => match[1]);
const kinds = source('error.rs').split(/^    (Input|Verification|System):$/m);
const codes = (kind) => rows(kinds[kinds.indexOf(kind) + 1], /^    \d+ \w+ "([a-z0-9-]+)"/gm);
const literals = {
  ProviderName: personsig.providers().map(({ name }) => name),
  InputCode: codes('Input'),
  VerificationCode: codes('Verification'),
  FindingCode: rows(source('explain/mistake.rs').split('\nmistakes! {\n')[1], /^    \w+ "([a-z0-9-]+)"/gm),
};

for (const [name, values] of Object.entries(literals)) {
  test(`${name} has exactly what the core has`, () => {
    assert.ok(values.length > 1);
    const pattern = new RegExp(`^export type ${name} =\\s[^;]*;`, 'm');
    if (process.env.UPDATE) {
      const file = new URL('../index.d.ts', import.meta.url);
      const union = values.map((value) => `'${value}'`).join(' | ');
      writeFileSync(file, readFileSync(file, 'utf8').replace(pattern, `export type ${name} = ${union};`));
    }
    const declared = readFileSync(new URL('../index.d.ts', import.meta.url), 'utf8').match(pattern)[0];
    assert.deepEqual(rows(declared, /'([a-z0-9-]+)'/g), values);
  });
}

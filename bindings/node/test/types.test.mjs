// The types against the module, and against programs that use them.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import * as personsig from '../index.mjs';

const require = createRequire(import.meta.url);
const file = new URL('../index.d.ts', import.meta.url);
const current = () => readFileSync(file, 'utf8');
const rewrite = (pattern, text) => writeFileSync(file, current().replace(pattern, text));
const declarations = current();
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

test('index.d.ts declares exactly the fields of a provider', () => {
  const body = declarations.match(/^export interface Provider \{\n(.*?)^\}/ms)[1];
  const declared = sorted(body.matchAll(/^  readonly (\w+):/gm));
  for (const row of personsig.providers()) assert.deepEqual(Object.keys(row).sort(), declared);
});

test('index.d.ts declares exactly the fields of an identity', () => {
  const ids = { id: ['1'], email: ['ada@example.com'], 'id-or-email': ['1', 'ada@example.com'] };
  const entry = ({ name, identifier }) => {
    const signer = new personsig.Signer(name, '00112233445566778899aabbccddeeff');
    const fields = ids[identifier].map((id) => `[${Object.keys(signer.identity(id)).map((field) => `'${field}'`)}]`);
    return `${name}: ${fields.join(' | ')};`;
  };
  const expected = `interface IdentityFields { ${personsig.providers().map(entry).join(' ')} }`;
  const pattern = /^interface IdentityFields \{[^}]*\}/m;
  if (process.env.UPDATE) rewrite(pattern, expected);
  const words = (text) => text.replace(/\s+/g, '');
  assert.equal(words(current().match(pattern)[0]), words(expected));
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
    const union = values.map((value) => `'${value}'`).join(' | ');
    if (process.env.UPDATE) rewrite(pattern, `export type ${name} = ${union};`);
    assert.deepEqual(rows(current().match(pattern)[0], /'([a-z0-9-]+)'/g), values);
  });
}

// Every case of tests/vectors, through the code of Node's adapter.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';
import { run, supports } from '../../../tests/adapters/node.mjs';

const folder = new URL('../../../tests/vectors/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

test('there are vectors', () => assert.notEqual(files.length, 0));

for (const file of files) {
  const { format, operation, tests } = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
  test(`${file} has the format that is read here`, () => assert.equal(format, 1));
  for (const { id, input, expect, requires = [] } of tests) {
    const missing = requires.filter((capability) => !supports.includes(capability));
    test(`${operation}/${id}`, { skip: missing.length > 0 && `requires ${missing}` }, () => {
      const answer = run(operation, expand(input));
      if (!('error' in expect)) return assert.deepEqual(answer, { result: expect });
      assert.equal(answer.error, expect.error);
      if ('index' in expect) assert.equal(answer.index, expect.index);
    });
  }
}

/** `{"repeat": [text, count]}`, which adapters never see. */
function expand(form) {
  if (Array.isArray(form)) return form.map(expand);
  if (form === null || typeof form !== 'object') return form;
  if (Object.keys(form).join() === 'repeat') return form.repeat[0].repeat(form.repeat[1]);
  return Object.fromEntries(Object.entries(form).map(([name, value]) => [name, expand(value)]));
}

// Hostile ids and traits, put into a page of every vendor that has one: parse5 reads the page as HTML5 says, a JavaScript engine
// runs what stands in the script element, and what the vendor's script is then told must be what was given, and nothing else.
//
// DOCUMENTS (500) and PERSONSIG_SEED choose how many of each vendor and which; `make snippet-attacks` takes 5000.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import vm from 'node:vm';
import { parse } from 'parse5';
import { Signer } from '../../bindings/node/index.mjs';
import { expected, PAGES, standInScript } from './vendors.mjs';

const DOCUMENTS = Number(process.env.DOCUMENTS ?? 500);
const SEED = Number(process.env.PERSONSIG_SEED ?? randomInt(2 ** 31));
const NOW = 1596165824;

// Numerical Recipes' generator: any will do, if the same seed gives the same documents.
let state = SEED;
const below = (n) => Math.floor(((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32) * n);
const pick = (list) => list[below(list.length)];

const HOSTILE = [
  '</script>',
  '</SCRIPT>',
  '</script ',
  '</script\0>',
  '</script/',
  '</scr\u0131pt>',
  '<script>',
  '<script',
  '<!--',
  '<!--<script>',
  '-->',
  '--!>',
  '<!',
  ']]>',
  '<![CDATA[',
  '<?xml',
  '&lt;/script&gt;',
  '&#60;/script&#62;',
  '&amp',
  '&',
  '<',
  '>',
  '"',
  "'",
  '\\',
  '\\u003c',
  '\\"',
  '\\\u2028',
  '`',
  '${alert(1)}',
  '$&',
  '$`',
  "$'",
  '%s',
  '//',
  '/*',
  '*/',
  '\n',
  '\r\n',
  '\t',
  '\0',
  '\x01',
  '\x1b',
  '\x7f',
  '\x80',
  '\x85',
  '\xa0',
  '\u2028',
  '\u2029',
  '\ufeff',
  '\ufffe',
  '\u202e',
  '\ufffd',
  '\u{1f600}',
  '\u{10ffff}',
  '+ADw-script+AD4-',
  '\x1b$B',
  'javascript:alert(1)',
  '" onload="alert(1)',
  '"><img src=x onerror=alert(1)>',
  "O'Brien</script><script>alert(1)</script>",
  '{{7*7}}',
  '<%= 1 %>',
  '{% raw %}',
  'constructor',
  'prototype',
  'toString',
  'then',
  'length',
  '0',
  '-1',
  'id ',
  'a',
  'name',
  'é',
  '\u0065\u0301',
  ' ',
  '',
];

const text = (most) => Array.from({ length: below(most) }, () => pick(HOSTILE)).join('');

/** An id, or for vendors that know no other an e-mail; nobody now and then. */
function identifier({ signs }) {
  const part = () => text(5).replace(/[\0-\x1f\x7f]/g, '');
  if (!below(8)) return null;
  const email = () => `${part() || 'Ada'}@${part() || 'Example.com'}`;
  return signs === 'email' || (signs === 'id-or-email' && below(2)) ? email() : part() || 'Ada';
}

function value(depth, reserved) {
  switch (below(depth > 4 ? 5 : 7)) {
    case 0:
      return pick([null, true, false]);
    case 1:
      return pick([0, -0, 1, -1, 2 ** 53 - 1, 1 - 2 ** 53, 0.1, 1e-7, 5e-324, 123456789.125, 1e15]);
    case 5:
      return Array.from({ length: below(4) }, () => value(depth + 1, reserved));
    case 6:
      return traits(depth + 1, reserved);
    default:
      return text(6);
  }
}

function traits(depth, reserved) {
  const names = Array.from({ length: below(5) }, () => text(4)).filter((name) => name !== '__proto__' && !reserved.includes(name));
  return Object.fromEntries(names.map((name) => [name, value(depth, reserved)]));
}

const PLACES = [
  (html) => `<!DOCTYPE html><head>${html}<title id="after">alive</title></head><body></body>`,
  (html) => `<!DOCTYPE html><head><meta charset="iso-2022-jp"></head><body><div>${html}<p id="after">alive</p></div></body>`,
  (html) => `<html><body><table><tr><td>${html}<b id="after">alive</b></td></tr></table>`,
  (html) => `<svg></svg><!-- a comment -->${html}<p id="after">alive</p>`,
];

function elements(node, found = []) {
  if (node.tagName) found.push(node);
  for (const child of node.childNodes ?? []) elements(child, found);
  return found;
}

function judge(vendor, signer) {
  const id = identifier(vendor);
  const given = vendor.reserved === null ? {} : traits(1, vendor.reserved);
  const token = vendor.loader && below(2) ? 'GSN-123456-A' : vendor.token;
  const nonce = below(2) ? 'q83/7w-_+A==' : undefined;
  const before = below(2) ? vendor.before : undefined;
  const html = signer.snippet(id, { traits: given, siteToken: token, nonce, now: NOW });
  assert.match(html, /^[\n\x20-\x7e]*$/, 'pure ASCII');
  const isLoaded = vendor.loader && token !== undefined;
  if (id === null && !isLoaded) return assert.equal(html, '');

  const page = elements(parse(pick(PLACES)(html)));
  const scripts = page.filter((element) => element.tagName === 'script');
  assert.equal(scripts.length, 1, 'one script element');
  const [script] = scripts;
  assert.deepEqual(script.attrs, nonce === undefined ? [] : [{ name: 'nonce', value: nonce }]);
  const code = script.childNodes[0].value;
  assert.equal(`<script${nonce === undefined ? '' : ` nonce="${nonce}"`}>${code}</script>`, html, 'its text is intact');
  assert.doesNotMatch(code, /[<&]/, 'XHTML reads no markup in it either');
  const after = page.filter((element) => element.attrs.some((attribute) => attribute.name === 'id' && attribute.value === 'after'));
  assert.equal(after[0]?.childNodes[0]?.value, 'alive', 'what follows is alive');
  assert.equal(page.filter((element) => element.tagName === 'img').length, 0);

  // The loader looks for the page's first script, to put its own before it; what it makes is a queue.
  const context = vm.createContext({ loaded: [] });
  vm.runInContext(
    `
    var window = globalThis;
    var document = {
      createElement: () => ({}),
      getElementsByTagName: () => [{ parentNode: { insertBefore: (script) => loaded.push(script.src) } }],
    };
    var listeners = {};
    var addEventListener = (event, listener) => (listeners[event] = listener);
    ${standInScript(isLoaded ? { ...vendor, called: [] } : vendor, before)}
  `,
    context,
  );
  const names = new Set(Object.keys(context));
  vm.runInContext(code, context);
  if (vendor.event) vm.runInContext(`listeners[${JSON.stringify(vendor.event)}]()`, context);
  const told = JSON.parse(vm.runInContext('told()', context));
  if (isLoaded) told.calls = JSON.parse(vm.runInContext('JSON.stringify(_gs.q.map((call) => ["_gs", ...call]))', context));
  assert.deepEqual(told, expected(vendor, { id, traits: given, token, now: NOW }, before), 'what arrives is what was given');
  const added = Object.keys(context).filter((name) => !names.has(name) && name !== (isLoaded ? '_gs' : vendor.made));
  assert.deepEqual(added, [], 'no other global');
  assert.equal(context.loaded.length, isLoaded ? 1 : 0);
}

for (const [name, vendor] of Object.entries(PAGES)) {
  test(`${name}: ${DOCUMENTS} hostile documents arrive as they were given (PERSONSIG_SEED=${SEED})`, () => {
    state = SEED;
    const signer = new Signer(name, vendor.secret);
    for (let judged = 0; judged < DOCUMENTS; judged += 1) judge(vendor, signer);
  });
}

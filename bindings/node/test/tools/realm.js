// What a test runner's test sees of the package. `../tools.test.mjs` puts an `import` or a `require` of `personsig` before it.

const { InputError, PersonsigError, Signer, VerificationError, providers } = personsig;
const signer = new Signer('gosquared', 'personsig-test-secret', { fallbackSecrets: ['older'] });
const OLDER = new Signer('gosquared', 'older').sign('1');

test('a value of a wrong type is a TypeError of this realm', () => {
  expect(() => signer.sign(1.5)).toThrow(TypeError);
  expect(() => signer.verify('1', 5)).toThrow(TypeError);
  expect(() => signer.signMany(['1', {}])).toThrow(TypeError);
  expect(() => signer.snippet('1', { traits: { a: new Date() } })).toThrow(TypeError);
  expect(() => new Signer('gosquared')).toThrow(InputError);
});

test('errors of the library are Errors of this realm', () => {
  for (const [Class, act] of [
    [InputError, () => signer.sign('')],
    [VerificationError, () => signer.verify('1', '0'.repeat(64))],
  ]) {
    expect(act).toThrow(Class);
    expect(act).toThrow(PersonsigError);
    expect(act).toThrow(Error);
  }
});

test('results equal plain objects of this realm', () => {
  expect(signer.verify('1', signer.sign('1'))).toStrictEqual({ secretIndex: 0, signedAt: null });
  expect(signer.verify('1', OLDER)).toStrictEqual({ secretIndex: 1, signedAt: null });
  expect(signer.identity('1')).toStrictEqual({ id: '1', auth: signer.sign('1') });
  expect(signer.signMany(['1', '2'])).toStrictEqual([signer.sign('1'), signer.sign('2')]);
  expect(signer.explain('1', signer.sign('1'))).toBeInstanceOf(Array);
  expect(providers()[0]).toBeInstanceOf(Object);
});

test('options and traits of this realm are plain objects', () => {
  expect(signer.sign('1', { now: 0 })).toBe(signer.sign('1'));
  expect(signer.snippet('1', { traits: { list: [{ a: 1 }] } })).toContain('"list":[{"a":1}]');
});

// What index.d.ts promises, for `require`. It is compiled, never run: see types.test.mjs.
import personsig = require('personsig');

const signer: personsig.Signer = new personsig.Signer('gosquared', 'secret');
export const signature: string = signer.sign(1);
export const error: typeof personsig.PersonsigError = personsig.InputError;

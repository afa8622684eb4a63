// Replaces a secret: the new one signs, and the older one still verifies what pages were given before.
import { Signer } from 'personsig';

const signer = new Signer('gosquared', 'personsig-new-secret', { fallbackSecrets: ['personsig-test-secret'] });

const old = '0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64';
console.log(`valid, with secret ${signer.verify('123456', old).secretIndex}`);

const fresh = signer.sign('123456');
console.log(`valid, with secret ${signer.verify('123456', fresh).secretIndex}`);

// Signs a user's id: with a plain provider, and with a timestamped one at a fixed time.
import { Signer } from 'personsig';

// In production: Signer.fromEnv('gosquared') reads GOSQUARED_SECURE_MODE_SECRET.
const gosquared = new Signer('gosquared', 'personsig-test-secret');
console.log(gosquared.sign('123456'));

// Without `now` it is the system's clock.
const chameleon = new Signer('chameleon', 'personsig-test-secret');
console.log(chameleon.sign('123456', { now: 1596165824 }));

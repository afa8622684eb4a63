// Before and after: a hand-written HMAC line, and the same signature from personsig.
//
// The line before is correct, and it is what to use where the package cannot be installed. It checks nothing: keep the
// secret non-empty and without white space yourself.
import { createHmac } from 'node:crypto';
import { Signer } from 'personsig';

console.log(createHmac('sha256', process.env.GOSQUARED_SECURE_MODE_SECRET).update('123456', 'utf8').digest('hex'));

console.log(Signer.fromEnv('gosquared').sign('123456'));

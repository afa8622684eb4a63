// The script element for a page, and the same as data for an endpoint of one's own.
import { Signer } from 'personsig';

// In production: Signer.fromEnv('gosquared') reads GOSQUARED_SECURE_MODE_SECRET.
const gosquared = new Signer('gosquared', 'personsig-test-secret');

// The id is the one that your session authenticated, never one that the request says.
console.log(gosquared.snippet(123456, { traits: { name: "O'Brien", seats: 3 }, nonce: 'rAnd0m' }));

// A visitor who is not logged in is not signed.
console.log(`'${gosquared.snippet(null)}'`);

// For a page that asks your server: answer it with 'Cache-Control: private, no-store'.
console.log(JSON.stringify(gosquared.identity(123456)));

// Checks a signature as the page sent it, an hour after it was made; then the same for another user.
import { Signer, VerificationError } from 'personsig';

const signature = '05e19f815e0f91571951e927b3be86ff14c677828d8b61c9aab4bd8ec46d4537-1596165824';
const signer = new Signer('chameleon', 'personsig-test-secret');

for (const userId of ['123456', '123457']) {
  try {
    const { secretIndex, signedAt } = signer.verify(userId, signature, { now: 1596165824 + 3600 });
    console.log(`valid, signed at ${signedAt} with secret ${secretIndex}`);
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error;
    console.log(`refused: ${error.code}`);
  }
}

import 'server-only';
import { Signer } from 'personsig';

let signer;

/** Made on first use: `next build` loads this file where the secret is not set. Null while it is not set. */
export function gosquared() {
  if (signer === undefined) {
    try {
      signer = Signer.fromEnv('gosquared');
    } catch (error) {
      if (error.code !== 'missing-secret') throw error;
      console.warn('GoSquared is off:', error.message);
      signer = null;
    }
  }
  return signer;
}

// The same classes for `import`: what one half of a program throws, the other half catches.
import personsig from './index.js';

export const { Signer, PersonsigError, InputError, VerificationError, providers, isProviderName, version } = personsig;

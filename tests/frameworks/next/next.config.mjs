export default {
  serverExternalPackages: ['personsig'], // it has a compiled part, which no bundler can take in
};
